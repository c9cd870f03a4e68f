import { assertEquals } from "@std/assert";
import { callBegins, callEnds, isStale, markReplaced, nextPlace } from "../../../src/client/page/stale.ts";

// What a page has besides.
Object.assign(globalThis, { Document: class {}, HTMLFormElement: class {} });

/** As much of an element as is looked at. */
const element = (id = ""): Element => ({ getAttribute: () => id } as Partial<Element> as Element);

/** A test that leaves no call on its way. */
function test(name: string, run: (begin: () => number) => void): void {
  Deno.test(name, () => {
    const begun: number[] = [];
    run(() => {
      const place = callBegins();
      begun.push(place);
      return place;
    });
    begun.forEach(callEnds);
  });
}

test("isStale() holds nothing against an element that nobody replaced", (begin) => {
  assertEquals(isStale(element("a"), begin()), false);
});

test("isStale() refuses an older answer and lets a newer one go on", (begin) => {
  const [older, newer, newest] = [begin(), begin(), begin()];
  const box = element();
  markReplaced(box, newer);
  assertEquals([older, newer, newest].map((place) => isStale(box, place)), [true, false, false]);
});

test("isStale() refuses an answer that is older than what came by a stream meanwhile", (begin) => {
  const older = begin();
  const box = element();
  markReplaced(box, nextPlace());
  assertEquals(isStale(box, older), true);
});

test("isStale() knows an element that took the place of another by its id", (begin) => {
  const older = begin();
  markReplaced(element("box"), nextPlace());
  assertEquals(isStale(element("box"), older), true);
  assertEquals(isStale(element("other"), older), false);
});

test("isStale() takes elements without an id for different ones", (begin) => {
  const older = begin();
  markReplaced(element(), nextPlace());
  assertEquals(isStale(element(), older), false);
});

test("callEnds() forgets what was replaced when nothing older is on its way, and no sooner", (begin) => {
  const [first, second] = [begin(), begin()];
  markReplaced(element("box"), nextPlace());
  callEnds(second);
  assertEquals(isStale(element("box"), first), true);
  callEnds(first);
  assertEquals(isStale(element("box"), first), false);
});
