import { assertEquals } from "@std/assert";
import { createStaleGuard } from "../../src/client/stale.ts";

/** As much of an element as the guard looks at. */
const element = (id = ""): Element => ({ getAttribute: () => id } as Partial<Element> as Element);

Deno.test("StaleGuard.isStale() holds nothing against an element that nobody replaced", () => {
  const guard = createStaleGuard();
  assertEquals(guard.isStale(element("a"), guard.nextPlace()), false);
});

Deno.test("StaleGuard.isStale() refuses an older answer and lets a newer one go on", () => {
  const guard = createStaleGuard();
  const [older, newer, newest] = [guard.nextPlace(), guard.nextPlace(), guard.nextPlace()];
  const box = element();
  guard.markReplaced(box, newer);
  assertEquals([older, newer, newest].map((place) => guard.isStale(box, place)), [true, false, false]);
});

Deno.test("StaleGuard.isStale() knows an element that took the place of another by its id", () => {
  const guard = createStaleGuard();
  const older = guard.callBegins();
  guard.markReplaced(element("box"), guard.nextPlace());
  assertEquals(guard.isStale(element("box"), older), true);
  assertEquals(guard.isStale(element("other"), older), false);
});

Deno.test("StaleGuard.isStale() takes elements without an id for different ones", () => {
  const guard = createStaleGuard();
  const older = guard.callBegins();
  guard.markReplaced(element(), guard.nextPlace());
  assertEquals(guard.isStale(element(), older), false);
});

Deno.test("StaleGuard.callEnds() forgets ids when nothing older is on its way, and no sooner", () => {
  const guard = createStaleGuard();
  const [first, second] = [guard.callBegins(), guard.callBegins()];
  guard.markReplaced(element("box"), guard.nextPlace());
  guard.callEnds(second);
  assertEquals(guard.isStale(element("box"), first), true);
  guard.callEnds(first);
  assertEquals(guard.isStale(element("box"), first), false);
});
