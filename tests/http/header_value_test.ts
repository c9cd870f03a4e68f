import { assertEquals } from "@std/assert";
import { parseHeaderValue, type Quoting } from "../../src/http/header_value.ts";

function parsed(text: string, quoting: Quoting = "http"): unknown {
  const value = parseHeaderValue(text, quoting);
  return value === null ? null : [value.value, Object.fromEntries(value.parameters)];
}

Deno.test("parseHeaderValue() reads a value and its parameters, names in lower case", () => {
  assertEquals(parsed("Multipart/Form-Data; Boundary=Ab; charset=utf-8"), [
    "multipart/form-data",
    { boundary: "Ab", charset: "utf-8" },
  ]);
  assertEquals(parsed(" form-data ;\tname = x"), null);
  assertEquals(parsed(" form-data ;\tname=x ; "), ["form-data", { name: "x" }]);
  assertEquals(parsed("a/b"), ["a/b", {}]);
});

Deno.test("parseHeaderValue() reads a quoted string of a header, with backslash escapes", () => {
  assertEquals(parsed('a; b="c; \\"d\\"=\\\\"'), ["a", { b: 'c; "d"=\\' }]);
  assertEquals(parsed('a; b=""'), ["a", { b: "" }]);
});

Deno.test("parseHeaderValue() reads a quoted string of a form, in which %22 is a quotation mark and a backslash is not an escape", () => {
  assertEquals(parsed('form-data; name="a\\"; filename="b.txt"', "form"), [
    "form-data",
    { name: "a\\", filename: "b.txt" },
  ]);
  assertEquals(parsed('form-data; name="a%22b%0D%0a%41"', "form"), ["form-data", { name: 'a"b\r\n%41' }]);
});

Deno.test("parseHeaderValue() rejects malformed values and repeated parameters", () => {
  for (
    const text of [
      "",
      "/b",
      "a b",
      "a; b",
      "a; =c",
      "a; b=",
      'a; b="c',
      'a; b="c"d',
      "a; b=c d",
      "a; b=c, a; b=c",
      "a; b=c; B=d",
      "a; b=(c)",
      "a,b",
    ]
  ) {
    assertEquals(parsed(text), null, text);
  }
});
