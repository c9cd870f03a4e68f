import { assert, assertEquals, assertThrows } from "@std/assert";
import { boundOutcome, outcomeFor, STORED_BYTES, type StoredOutcome } from "../../../src/dispatch/once/outcome.ts";

const NONE = { cookies: [], session: null };

Deno.test("boundOutcome() counts the bytes of what is kept, cookies included", () => {
  const small = boundOutcome({ kind: "markup", html: "x".repeat(1_000) }, NONE).bytes;
  assert(small > 2_000 && small < 2_200, `${small} bytes`);
  const own = { cookies: [`a=${"y".repeat(500)}`], session: null };
  const more = boundOutcome({ kind: "markup", html: "x".repeat(1_000) }, own).bytes;
  assert(more - small > 1_000 && more - small < 1_100, `${more - small} bytes more`);
  const large = boundOutcome({ kind: "value", value: "x".repeat(100_000) }, NONE).bytes;
  assert(large > 200_000 && large < 201_000, `${large} bytes`);
});

Deno.test("boundOutcome() counts what is too large as what is kept of it", () => {
  const { outcome, bytes } = boundOutcome({ kind: "markup", html: "x".repeat(STORED_BYTES + 1) }, NONE);
  assertEquals([outcome, bytes < 100], [{ kind: "tooLarge" }, true]);
});

Deno.test("boundOutcome() keeps the cookies of what is too large: it is done all the same", () => {
  const own = { cookies: ["session=2"], session: "s" };
  assertEquals(boundOutcome({ kind: "markup", html: "x".repeat(STORED_BYTES + 1) }, own).outcome, {
    kind: "tooLarge",
    ...own,
  });
});

Deno.test("boundOutcome() throws for what JSON cannot say", () => {
  const circle: Record<string, unknown> = {};
  circle.circle = circle;
  assertThrows(() => boundOutcome({ kind: "value", value: circle }, NONE), TypeError);
});

Deno.test("outcomeFor() gives cookies to the session that they were set for, and to no other", () => {
  const done: StoredOutcome = { kind: "nothing" };
  const guest: StoredOutcome = { kind: "nothing", cookies: ["session=2"] };
  const user: StoredOutcome = { ...guest, session: "s1" };
  assertEquals([outcomeFor(user, "s1"), outcomeFor(user, "s2"), outcomeFor(user, null)], [user, done, done]);
  assertEquals([outcomeFor(guest, null), outcomeFor(guest, "s1")], [guest, done]);
  assertEquals(outcomeFor(done, "s1"), done);
});
