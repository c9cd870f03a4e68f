import { assertEquals } from "@std/assert";
import { closeSequence, isStale, markReplaced, nextSequence, openSequence } from "../../../src/client/page/stale.ts";

// What a page has besides.
Object.assign(globalThis, { Document: class {}, HTMLFormElement: class {} });

/** As much of an element as is looked at. */
const element = (id = ""): Element => ({ getAttribute: () => id } as Partial<Element> as Element);

/** A test that leaves no call on its way. */
function test(name: string, run: (begin: () => number) => void): void {
  Deno.test(name, () => {
    const begun: number[] = [];
    run(() => {
      const sequence = openSequence();
      begun.push(sequence);
      return sequence;
    });
    begun.forEach(closeSequence);
  });
}

test("isStale() holds nothing against an element that nobody replaced", (begin) => {
  assertEquals(isStale(element("a"), begin()), false);
});

test("isStale() refuses an older answer and lets a newer one go on", (begin) => {
  const [older, newer, newest] = [begin(), begin(), begin()];
  const box = element();
  markReplaced(box, newer);
  assertEquals([older, newer, newest].map((sequence) => isStale(box, sequence)), [true, false, false]);
});

test("isStale() refuses an answer that is older than what came by a stream meanwhile", (begin) => {
  const older = begin();
  const box = element();
  markReplaced(box, nextSequence());
  assertEquals(isStale(box, older), true);
});

test("isStale() knows an element that took the sequence of another by its id", (begin) => {
  const older = begin();
  markReplaced(element("box"), nextSequence());
  assertEquals(isStale(element("box"), older), true);
  assertEquals(isStale(element("other"), older), false);
});

test("isStale() takes elements without an id for different ones", (begin) => {
  const older = begin();
  markReplaced(element(), nextSequence());
  assertEquals(isStale(element(), older), false);
});

test("closeSequence() forgets what was replaced when nothing older is on its way, and no sooner", (begin) => {
  const [first, second] = [begin(), begin()];
  markReplaced(element("box"), nextSequence());
  closeSequence(second);
  assertEquals(isStale(element("box"), first), true);
  closeSequence(first);
  assertEquals(isStale(element("box"), first), false);
});
