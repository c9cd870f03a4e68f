import { assertEquals } from "@std/assert";
import { closeSequence, isStale, markReplaced, nextSequence, openSequence } from "../../../src/client/page/stale.ts";

// Globals of a page.
Object.assign(globalThis, { Document: class {}, HTMLFormElement: class {} });

/** The part of an element that the code uses. */
const element = (id = ""): Element => ({ getAttribute: () => id } as Partial<Element> as Element);

/** A test that ends its calls. */
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

test("isStale() returns false for an element that was not replaced", (begin) => {
  assertEquals(isStale(element("a"), begin()), false);
});

test("isStale() returns true for an older response and false for a newer one", (begin) => {
  const [older, newer, newest] = [begin(), begin(), begin()];
  const box = element();
  markReplaced(box, newer);
  assertEquals([older, newer, newest].map((sequence) => isStale(box, sequence)), [true, false, false]);
});

test("isStale() returns true for a response that is older than an event of a stream", (begin) => {
  const older = begin();
  const box = element();
  markReplaced(box, nextSequence());
  assertEquals(isStale(box, older), true);
});

test("isStale() recognizes by its id an element that replaced another", (begin) => {
  const older = begin();
  markReplaced(element("box"), nextSequence());
  assertEquals(isStale(element("box"), older), true);
  assertEquals(isStale(element("other"), older), false);
});

test("isStale() treats elements without an id as different", (begin) => {
  const older = begin();
  markReplaced(element(), nextSequence());
  assertEquals(isStale(element(), older), false);
});

test("closeSequence() forgets replaced ids once no older call is in flight", (begin) => {
  const [first, second] = [begin(), begin()];
  markReplaced(element("box"), nextSequence());
  closeSequence(second);
  assertEquals(isStale(element("box"), first), true);
  closeSequence(first);
  assertEquals(isStale(element("box"), first), false);
});
