import { assertEquals } from "@std/assert";
import { failureOf } from "../../src/protocol/answer.ts";
import { own } from "../../src/protocol/wire.ts";

const answerOf = (status: number, type: string | null): Response => {
  const response = new Response("", { status });
  if (type === null) response.headers.delete("content-type");
  else response.headers.set("content-type", type);
  return response;
};

const WORDS: readonly [type: string | null, data: unknown, message: string][] = [
  ["text/plain", "Not yours", "Not yours"],
  ["Text/Plain;charset=UTF-8", "Not yours", "Not yours"],
  ["application/json", "Not yours", "Not yours"],
  ["application/problem+json", { title: "Forbidden", detail: "Not yours" }, "Not yours"],
  ["application/problem+json", { title: "Forbidden" }, "Forbidden"],
  ["application/json", { other: 1 }, ""],
  ["application/json", null, ""],
  ["text/plain", null, ""],
  ["application/xml", "<no/>", ""],
  ["text/html", null, ""],
  ["text/csv", "a,b", ""],
  [null, "Not yours", ""],
  ["text/plain", "x".repeat(1_001), "x".repeat(1_000)],
];

for (const [type, data, message] of WORDS) {
  Deno.test(`failureOf() reads the message "${message.slice(0, 20)}" of ${type}: ${JSON.stringify(data)?.slice(0, 40)}`, () => {
    assertEquals(failureOf(answerOf(403, type), data).message, message);
  });
}

Deno.test("own() returns the own properties of objects and none of other values", () => {
  assertEquals({ ...own({ a: 1, length: 2 }) }, { a: 1, length: 2 });
  for (const value of ["text", ["x"], "", null, undefined, 1, true]) assertEquals(Reflect.ownKeys(own(value)), []);
});
