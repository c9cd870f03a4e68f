import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/http/limits.ts";
import { parseUrlencoded } from "../../src/http/urlencoded.ts";

function fields(text: string): [string, readonly unknown[]][] {
  return [...parseUrlencoded(text, DEFAULT_LIMITS)];
}

Deno.test("parseUrlencoded() reads pairs in order, repeated names together", () => {
  assertEquals(fields("a=1&b=2&a=3"), [["a", ["1", "3"]], ["b", ["2"]]]);
  assertEquals(fields("a&=1&b=&&c==d=&"), [["a", [""]], ["", ["1"]], ["b", [""]], ["c", ["=d="]]]);
  assertEquals(fields(""), []);
  assertEquals(fields("&&&"), []);
});

Deno.test("parseUrlencoded() decodes plus and escapes", () => {
  assertEquals(fields("a+b=c+d%20e%2B"), [["a b", ["c d e+"]]]);
  assertEquals(fields("%D0%B8%D0%BC%D1%8F=%F0%9F%91%8D&имя=👍"), [["имя", ["👍", "👍"]]]);
  assertEquals(fields("a=%EF%BB%BFx"), [["a", ["\uFEFFx"]]]);
});

Deno.test("parseUrlencoded() keeps a percent sign that does not start an escape", () => {
  assertEquals(fields("a=100%&b=%zz&c=%e&d=%&e=50%+%C3%A9"), [
    ["a", ["100%"]],
    ["b", ["%zz"]],
    ["c", ["%e"]],
    ["d", ["%"]],
    ["e", ["50% é"]],
  ]);
});

Deno.test("H12: parseUrlencoded() decodes hexadecimal digits of either case only, next to a percent sign that is kept", () => {
  // The percent sign at the end forces the slow path.
  for (let code = 0x21; code < 0x7f; code++) {
    const char = String.fromCharCode(code);
    if ("%&+=".includes(char)) continue;
    const isHex = /[0-9a-f]/i.test(char);
    const low = isHex ? String.fromCharCode(parseInt(`4${char}`, 16)) : `%4${char}`;
    assertEquals(fields(`a=%4${char}%`), [["a", [`${low}%`]]], char);
    const high = /[0-7]/.test(char) ? String.fromCharCode(parseInt(`${char}1`, 16)) : `%${char}1`;
    if (!isHex || high.length === 1) assertEquals(fields(`a=%${char}1%`), [["a", [`${high}%`]]], char);
  }
});

Deno.test("parseUrlencoded() rejects escapes that are not UTF-8", () => {
  for (const text of ["a=%ff", "a=%C3", "%C0%AF=1", "a=%ED%A0%80", "a=%&b=%F8%88%80%80%80"]) {
    assertEquals(assertThrows(() => fields(text), InputError, "not UTF-8").status, 400, text);
  }
});

Deno.test("parseUrlencoded() rejects a control character in a name, and accepts one in a value", () => {
  for (const name of ["a%00", "a%0Ab", "%7F"]) assertEquals(assertThrows(() => fields(name), InputError).status, 400);
  assertEquals(fields("a=%00%0D%0A"), [["a", ["\0\r\n"]]]);
});

Deno.test("parseUrlencoded() accepts a name such as __proto__", () => {
  assertEquals(fields("__proto__=1&constructor=2&toString=3"), [
    ["__proto__", ["1"]],
    ["constructor", ["2"]],
    ["toString", ["3"]],
  ]);
});

Deno.test("parseUrlencoded() limits the fields: at the limit, one above it, disabled", () => {
  const pairs = (count: number) => Array.from({ length: count }, (_, at) => `f${at % 7}=`).join("&");
  assertEquals(fields(pairs(1_000)).length, 7);
  const error = assertThrows(() => fields(pairs(1_001)), InputError, '"fields"');
  assertEquals([error.status, error.limit], [413, "fields"]);
  assertEquals(parseUrlencoded(pairs(1_001), resolveLimits({ fields: Infinity })).size, 7);
});

Deno.test("parseUrlencoded() limits names in bytes of UTF-8: at the limit, one above it, disabled", () => {
  assertEquals(fields("x".repeat(256)).length, 1);
  assertEquals(fields("é".repeat(128)).length, 1);
  for (const name of ["x".repeat(257), "é".repeat(128) + "x"]) {
    const error = assertThrows(() => fields(name), InputError, '"nameBytes"');
    assertEquals([error.status, error.limit], [413, "nameBytes"]);
  }
  assertEquals(parseUrlencoded("x".repeat(257), resolveLimits({ nameBytes: Infinity })).size, 1);
});

Deno.test("parseUrlencoded() agrees with URLSearchParams on every string it accepts", () => {
  const unit = fc.constantFrom(
    "a",
    "b",
    "=",
    "&",
    "+",
    "%",
    "%4",
    "%41",
    "%C3%A9",
    "%C3",
    "é",
    "👍",
    "%26",
    "%00",
    " ",
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 16 }), (units) => {
      const text = units.join("");
      const oracle = [...new URLSearchParams(text)];
      let flat: [string, unknown][];
      try {
        const parsed = parseUrlencoded(text, DEFAULT_LIMITS);
        flat = [...parsed].flatMap(([name, values]) => values.map((value): [string, unknown] => [name, value]));
      } catch (error) {
        // Stricter than the standard about invalid UTF-8 and control characters in names.
        return error instanceof InputError &&
          oracle.some(([name, value]) => /\uFFFD/.test(name + value) || name.includes("\0"));
      }
      const names = [...new Set(oracle.map(([name]) => name))];
      assertEquals(flat, names.flatMap((name) => oracle.filter(([other]) => other === name)));
      return true;
    }),
    { numRuns: 3_000 },
  );
});
