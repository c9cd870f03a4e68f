import { assertEquals } from "@std/assert";
import { createStaleGuard } from "../../src/client/stale.ts";

/** As much of an element as the guard looks at. */
const element = (id = ""): Element => ({ id }) as Element;

Deno.test("StaleGuard.isStale() holds nothing against an element that nobody replaced", () => {
  const guard = createStaleGuard();
  assertEquals(guard.isStale(element("a"), guard.next()), false);
});

Deno.test("StaleGuard.isStale() refuses an older answer and lets a newer one go on", () => {
  const guard = createStaleGuard();
  const [older, newer, newest] = [guard.next(), guard.next(), guard.next()];
  const box = element();
  guard.mark(box, newer);
  assertEquals([older, newer, newest].map((place) => guard.isStale(box, place)), [true, false, false]);
});

Deno.test("StaleGuard.isStale() knows an element that took the place of another by its id", () => {
  const guard = createStaleGuard();
  const older = guard.next();
  guard.open(older);
  guard.mark(element("box"), guard.next());
  assertEquals(guard.isStale(element("box"), older), true);
  assertEquals(guard.isStale(element("other"), older), false);
});

Deno.test("StaleGuard.isStale() takes elements without an id for different ones", () => {
  const guard = createStaleGuard();
  const older = guard.next();
  guard.open(older);
  guard.mark(element(), guard.next());
  assertEquals(guard.isStale(element(), older), false);
});

Deno.test("StaleGuard.close() forgets ids when nothing older is on its way, and no sooner", () => {
  const guard = createStaleGuard();
  const [first, second] = [guard.next(), guard.next()];
  guard.open(first);
  guard.open(second);
  guard.mark(element("box"), guard.next());
  guard.close(second);
  assertEquals(guard.isStale(element("box"), first), true);
  guard.close(first);
  assertEquals(guard.isStale(element("box"), first), false);
});
