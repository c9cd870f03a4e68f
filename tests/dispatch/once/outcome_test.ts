import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  boundOutcome,
  outcomeFor,
  readOutcome,
  STORED_BYTES,
  type StoredOutcome,
} from "../../../src/dispatch/once/outcome.ts";

Deno.test("boundOutcome() counts the bytes of the outcome with its cookies", () => {
  const small = boundOutcome({ kind: "markup", html: "x".repeat(1_000) }, null, null).bytes;
  assert(small > 2_000 && small < 2_200, `${small} bytes`);
  const cookies = [`a=${"y".repeat(500)}`];
  const more = boundOutcome({ kind: "markup", html: "x".repeat(1_000) }, cookies, null).bytes;
  assert(more - small > 1_000 && more - small < 1_100, `${more - small} bytes more`);
  const large = boundOutcome({ kind: "value", value: "x".repeat(100_000) }, null, null).bytes;
  assert(large > 200_000 && large < 201_000, `${large} bytes`);
});

Deno.test("boundOutcome() counts an outcome that is too large as `tooLarge`", () => {
  const { outcome, bytes } = boundOutcome({ kind: "markup", html: "x".repeat(STORED_BYTES + 1) }, null, null);
  assertEquals([outcome, bytes < 100], [{ kind: "tooLarge" }, true]);
});

Deno.test("boundOutcome() keeps the cookies of an outcome that is too large", () => {
  const { outcome } = boundOutcome({ kind: "markup", html: "x".repeat(STORED_BYTES + 1) }, ["session=2"], "s");
  assertEquals(outcome, { kind: "tooLarge", cookies: ["session=2"], session: "s" });
});

Deno.test("boundOutcome() throws when JSON cannot represent the outcome", () => {
  const circle: Record<string, unknown> = {};
  circle.circle = circle;
  assertThrows(() => boundOutcome({ kind: "value", value: circle }, null, null), TypeError);
});

Deno.test("outcomeFor() returns cookies only for the session that they were set for", () => {
  const done: StoredOutcome = { kind: "nothing" };
  const guest: StoredOutcome = { kind: "nothing", cookies: ["session=2"] };
  const user: StoredOutcome = { ...guest, session: "s1" };
  assertEquals([outcomeFor(user, "s1"), outcomeFor(user, "s2"), outcomeFor(user, null)], [user, done, done]);
  assertEquals([outcomeFor(guest, null), outcomeFor(guest, "s1")], [guest, done]);
  assertEquals(outcomeFor(done, "s1"), done);
});

for (
  const stored of [
    null,
    "value",
    7,
    [],
    {},
    { kind: "value" },
    { kind: "events", events: {} },
    { kind: "markup" },
    { kind: "markup", html: 7 },
    { kind: "response", status: 200, headers: [] },
    { kind: "response", status: "200", headers: [], body: "" },
    { kind: "response", status: 200, headers: {}, body: "" },
    { kind: "nothing", cookies: "a=1" },
    { kind: "of a later version" },
  ]
) {
  Deno.test(`readOutcome() of ${JSON.stringify(stored)}, which another version has stored, is "tooLarge": the action has run`, () => {
    assertEquals(readOutcome(stored), { kind: "tooLarge" });
  });
}
