import { assertEquals, assertStringIncludes } from "@std/assert";
import { inspect } from "../../src/platform/inspect.ts";

Deno.test("inspect() shows an error with its causes", () => {
  const text = inspect(new Error("outer", { cause: new TypeError("middle", { cause: new RangeError("inner") }) }));
  for (const part of ["Error: outer", "TypeError: middle", "RangeError: inner"]) assertStringIncludes(text, part);
});

Deno.test("inspect() uses no colors", () => {
  assertEquals(inspect({ a: [1, null] }), "{ a: [ 1, null ] }");
});
