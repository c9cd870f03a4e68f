import { assertEquals, assertThrows } from "@std/assert";
import { lastCheckpoint } from "../../src/actions/checkpoint.ts";

function passed(last: string | null, { method = "GET", requestId = "r1" as string | null } = {}): string | null {
  const request = new Request("http://site.test/", { method, headers: last === null ? {} : { "last-event-id": last } });
  return lastCheckpoint({ request, requestId }, ["a", "b"]);
}

for (
  const [what, last, options, expected] of [
    ["the checkpoint that was passed", "r1:checkpoint:b", {}, "b"],
    ["null without a checkpoint", null, {}, null],
    ["null for that of another call", "r2:checkpoint:b", {}, null],
    ["null for that of a call whose id begins alike", "r11:checkpoint:b", {}, null],
    ["null for a name the stream does not have", "r1:checkpoint:c", {}, null],
    ["null for a name of Object.prototype", "r1:checkpoint:constructor", {}, null],
    ["null for a POST", "r1:checkpoint:b", { method: "POST" }, null],
    ["null without a request id", "r1:checkpoint:b", { requestId: null }, null],
  ] as const
) {
  Deno.test(`lastCheckpoint() returns ${what}`, () => assertEquals(passed(last, options), expected));
}

Deno.test("lastCheckpoint() throws for invalid and repeated names", () => {
  const ctx = { request: new Request("http://site.test/"), requestId: null };
  assertThrows(() => lastCheckpoint(ctx, ["a b"]), TypeError, '"a b"');
  assertThrows(() => lastCheckpoint(ctx, ["a", "a"]), TypeError, "a name is repeated");
});
