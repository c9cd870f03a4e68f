import { assert, assertEquals, assertThrows } from "@std/assert";
import { field } from "../../src/forms/field.ts";
import { type FieldDefinition, isFieldDefinition } from "../../src/forms/field_definition.ts";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

const VALID = "valid";

async function check(definition: FieldDefinition, sent: unknown): Promise<unknown> {
  const result = await definition.check(sent);
  return result.kind === VALID ? result.value : invalid(ENGLISH_TEXTS.write(result.message));
}

function invalid(message: string): unknown {
  return { kind: "invalid", message };
}

async function checkAll(definition: FieldDefinition, table: readonly (readonly [unknown, unknown])[]): Promise<void> {
  for (const [sent, expected] of table) assertEquals([sent, await check(definition, sent)], [sent, expected]);
}

Deno.test("field builders return frozen definitions", () => {
  const title = field.text({ required: true, maxlength: 80, messages: { required: "Title!" } });
  assert(Object.isFrozen(title) && Object.isFrozen(title.constraints));
  assertEquals([title.type, title.required, title.constraints], ["text", true, { maxlength: 80 }]);
  assert(isFieldDefinition(title));
  assert(!isFieldDefinition({ ...title }));
});

Deno.test("field.text() keeps its text, and a missing value is empty", async () => {
  await checkAll(field.text(), [
    ["Milk ", "Milk "],
    ["", ""],
    [undefined, ""],
    [null, ""],
    [5, "5"],
    [["one"], "one"],
    ["שלום 👩‍👩‍👧 <b>\r\0", "שלום 👩‍👩‍👧 <b>\r\0"],
    [["one", "two"], invalid("Enter text")],
    [{ props: 1 }, invalid("Enter text")],
    [new File([], "a"), invalid("Enter text")],
  ]);
});

Deno.test("field.text() with required rejects empty text and white space", async () => {
  const message = invalid("Enter a value");
  await checkAll(field.text({ required: true }), [[undefined, message], ["", message], [" \n\t", message], ["x", "x"]]);
});

Deno.test("field.text() counts UTF-16 code units, at the limit and one above", async () => {
  await checkAll(field.text({ minlength: 2, maxlength: 4 }), [
    ["", ""],
    ["a", invalid("Enter at least 2 characters")],
    ["ab", "ab"],
    ["abcd", "abcd"],
    ["👍👍", "👍👍"],
    ["abcde", invalid("Enter at most 4 characters")],
    ["👍👍a", invalid("Enter at most 4 characters")],
  ]);
});

Deno.test("field.text() anchors its pattern and compiles it with the flag v", async () => {
  await checkAll(field.text({ pattern: "a|b" }), [
    ["a", "a"],
    ["b", "b"],
    ["ab", invalid("Enter a value in the expected format")],
    ["a\n", invalid("Enter a value in the expected format")],
  ]);
  await checkAll(field.text({ pattern: /[\p{L}--[a-z]]/v }), [["É", "É"], [
    "a",
    invalid("Enter a value in the expected format"),
  ]]);
});

Deno.test("field.text() does not test its pattern on more than 10,000 code units", () => {
  const slow = field.text({ pattern: "(a+)+b" });
  const started = performance.now();
  assertEquals(slow.check("a".repeat(10_001)), { kind: "invalid", message: { key: "pattern", values: {} } });
  assert(performance.now() - started < 100);
  assertEquals(field.text({ pattern: "a*" }).check("a".repeat(10_000)), { kind: "valid", value: "a".repeat(10_000) });
});

Deno.test("field.text() throws for a pattern that a browser would ignore", () => {
  for (const pattern of ["(", "a)(?:b", "[(]", /x/i, /x/g]) {
    assertThrows(() => field.text({ pattern }), TypeError, "Cannot define a text field: pattern");
  }
});

Deno.test("field.textarea() normalizes line endings before it counts", async () => {
  await checkAll(field.textarea({ maxlength: 3 }), [["a\r\nb", "a\nb"], ["a\rb", "a\nb"], ["\n\nx", "\n\nx"]]);
});

Deno.test("field.email() accepts the addresses that HTML accepts, trimmed", async () => {
  const message = invalid("Enter an email address, such as name@example.com");
  await checkAll(field.email(), [
    [" ada@example.com ", "ada@example.com"],
    ["a.b+c@sub.example.co", "a.b+c@sub.example.co"],
    ["a@b", "a@b"],
    ["", ""],
    ["ada", message],
    ["ada@", message],
    ["ada@-x.com", message],
    ["a b@example.com", message],
    ["ada@example.com\nBcc: x@y.zz", message],
    [`${"a".repeat(242)}@example.com`, `${"a".repeat(242)}@example.com`],
    [`${"a".repeat(243)}@example.com`, invalid("Enter at most 254 characters")],
  ]);
});

Deno.test("field.email() takes limited time for 100,000 characters", () => {
  const started = performance.now();
  for (const part of ["a", "a.", "a@", "a-", "@a."]) field.email({ maxlength: 1e6 }).check(part.repeat(50_000));
  assert(performance.now() - started < 500);
});

Deno.test("field.url() rejects schemes that run code, also disguised ones", async () => {
  const message = invalid("Enter a web address that starts with https:// or http://");
  await checkAll(field.url(), [
    ["https://example.com/ä?q=1#x", "https://example.com/ä?q=1#x"],
    [" http://localhost:8000 ", "http://localhost:8000"],
    ["", ""],
    ...[
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "java\nscript:alert(1)",
      "java\tscript:alert(1)",
      "\x01javascript:alert(1)",
      "data:text/html,<script>",
      "vbscript:x",
      "blob:https://example.com/1",
      "file:///etc/passwd",
      "//example.com",
      "/path",
      "example.com",
      "http:example.com",
      "https:\\\\example.com",
      "https://exa mple.com",
      "https://example.com/a b",
      "https://example.com/\tx",
      "https://example.com/\u0085x",
      "ht\ntps://example.com",
      "https://",
    ].map((url) => [url, message] as const),
  ]);
});

Deno.test("field.url() accepts the schemes of its options, but none that runs code", async () => {
  assertEquals(await check(field.url({ schemes: ["mailto:"] }), "mailto:a@b.c"), "mailto:a@b.c");
  for (const scheme of ["javascript:", "data:", "vbscript:", "https", "HTTPS:"]) {
    assertThrows(() => field.url({ schemes: [scheme] }), TypeError, `the scheme "${scheme}" is not allowed`);
  }
});

Deno.test("field.password() keeps white space and limits its length", async () => {
  await checkAll(field.password({ required: true }), [
    ["  ", "  "],
    ["", invalid("Enter a password")],
    ["x".repeat(1024), "x".repeat(1024)],
    ["x".repeat(1025), invalid("Enter at most 1,024 characters")],
  ]);
});

Deno.test("field.number() accepts the numbers that HTML accepts", async () => {
  const message = invalid("Enter a number");
  await checkAll(field.number({ step: "any" }), [
    ["3", 3],
    [" -2.5 ", -2.5],
    ["1e3", 1000],
    [".5", 0.5],
    [7, 7],
    ["", null],
    [undefined, null],
    [null, null],
    ...["0x10", "1,5", "Infinity", "NaN", "1e999", "--1", "1 2", "5.", "+5", "٣", true, {}, ["1", "2"]].map((sent) =>
      [sent, message] as const
    ),
    ["1".repeat(101), message],
  ]);
});

Deno.test("field.number() rejects digits that a JavaScript number cannot represent", async () => {
  const message = invalid("Enter a number with fewer digits");
  await checkAll(field.number({ step: "any" }), [
    ["9007199254740992", 9007199254740992],
    ["9007199254740993", message],
    ["-9007199254740993", message],
    ["9007199254740993.0", message],
    ["0.1", 0.1],
    ["0.1000000000000000000000", 0.1],
    ["00012.500e1", 125],
    ["0.12345678901234567890", message],
    ["1e-400", message],
    ["1e21", 1e21],
    ["1e22", 1e22],
    ["1e23", 1e23],
    ["123456789012345678901e2", message],
    ["-0", -0],
    ["0.000", 0],
  ]);
  assertEquals(
    await check(field.number({ messages: { invalid: "No" } }), "9007199254740993"),
    { kind: "invalid", message: "No" },
  );
});

Deno.test("field.number() keeps every digit that it accepts", async () => {
  const definition = field.number({ step: "any" });
  for (let round = 0; round < 2000; round++) {
    const digits = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => Math.floor(Math.random() * 10));
    const text = digits.join("").replace(/(?<=^.{3})(?=.)/, round % 2 === 0 ? "." : "");
    const result = await definition.check(text);
    // Fifteen significant digits always fit, and more only if writing the number again has the same digits.
    const plain = text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
    const isKept = BigInt(plain.replace(".", "")) === BigInt(digitsOf(Number(text), plain.split(".")[1]?.length ?? 0));
    assertEquals([text, result.kind], [text, isKept ? "valid" : "invalid"]);
  }
});

// Returns the digits of a written number, without its decimal point and with a given number of decimals.
function digitsOf(value: number, decimals: number): string {
  const [whole = "", fraction = ""] = value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 })
    .split(".");
  return whole + fraction.padEnd(decimals, "0");
}

Deno.test("field.number() checks its bounds and steps", async () => {
  await checkAll(field.number({ min: 1, max: 9 }), [
    ["0", invalid("Enter a number that is 1 or more")],
    ["1", 1],
    ["9", 9],
    ["10", invalid("Enter a number that is 9 or less")],
    ["1.5", invalid("Enter a whole number")],
  ]);
  await checkAll(field.number({ step: 0.1 }), [["0.3", 0.3], ["1000000.7", 1000000.7], [
    "0.35",
    invalid("Enter a multiple of 0.1"),
  ]]);
  await checkAll(field.number({ min: 0.5, step: 1 }), [["1.5", 1.5], [
    "2",
    invalid("Enter a number such as 0.5, 1.5, or 2.5"),
  ]]);
  assertEquals(await check(field.number({ required: true }), ""), invalid("Enter a number"));
});

Deno.test("field.number() rejects a value next to a step", async () => {
  const whole = invalid("Enter a whole number");
  await checkAll(field.number(), [
    ["1.0000000001", whole],
    ["0.9999999999999999", whole],
    ["4503599627370495.5", whole],
    ["9007199254740991", 9007199254740991],
    ["1e21", 1e21],
  ]);
  const tenth = invalid("Enter a multiple of 0.1");
  await checkAll(field.number({ step: 0.1 }), [["0.30000000001", tenth], [0.1 + 0.2, 0.1 + 0.2], ["-0.7", -0.7]]);
});

Deno.test("field.number() accepts exactly the multiples of a decimal step", async () => {
  for (let round = 0; round < 1000; round++) {
    const decimals = Math.floor(Math.random() * 5);
    const decimal = (units: number) => Number((units / 10 ** decimals).toFixed(decimals));
    const step = 1 + Math.floor(Math.random() * 50);
    const min = Math.floor(Math.random() * 2000) - 1000;
    const units = min + Math.floor(Math.random() * 1_000_000);
    const definition = field.number({ min: decimal(min), step: decimal(step) });
    const result = await definition.check((units / 10 ** decimals).toFixed(decimals));
    const expected = (units - min) % step === 0 ? "valid" : "invalid";
    assertEquals([min, step, units, decimals, result.kind], [min, step, units, decimals, expected]);
  }
});

Deno.test("a field without min counts its steps from its initial value", async () => {
  await checkAll(field.number({ initial: 0.5 }), [
    ["1.5", 1.5],
    ["2", invalid("Enter a number such as 0.5, 1.5, or 2.5")],
  ]);
  await checkAll(field.number({ initial: 0.5, min: 0 }), [["2", 2], ["1.5", invalid("Enter a whole number")]]);
  await checkAll(field.date({ initial: new Date("2025-01-06T12:00Z"), step: 7 }), [
    ["2025-01-13", "2025-01-13"],
    ["2025-01-16", invalid("Choose one of the available values")],
  ]);
  await checkAll(field.time({ initial: "10:05", step: 900 }), [
    ["09:50", "09:50"],
    ["10:15", invalid("Choose one of the available values")],
  ]);
});

Deno.test("field.checkbox() is false if no value was submitted", async () => {
  await checkAll(field.checkbox(), [
    [undefined, false],
    [null, false],
    ["", false],
    ["on", true],
    ["true", true],
    [true, true],
    ["false", false],
    [["false", "on"], true],
    [["on", "false"], false],
    ["maybe", invalid("Check this box or leave it empty")],
    [{}, invalid("Check this box or leave it empty")],
  ]);
  assertEquals(await check(field.checkbox({ required: true }), undefined), invalid("Check this box to continue"));
});

Deno.test("field.select() and field.radio() return one of their choices", async () => {
  const choices = ["a", { value: "b", label: "B" }, {
    group: "More",
    choices: ["c", { value: "d", disabled: true }],
  }] as const;
  for (const definition of [field.select({ choices }), field.radio({ choices })]) {
    const message = invalid("Choose an option");
    await checkAll(definition, [
      ["a", "a"],
      ["b", "b"],
      ["c", "c"],
      ["", null],
      [undefined, null],
      ["d", message],
      ["B", message],
      ["constructor", message],
      [["a", "b"], message],
      [{}, message],
    ]);
  }
  assertEquals(await check(field.select({ choices, required: true }), ""), invalid("Choose an option"));
  assertEquals(field.select({ choices }).choices, [
    { value: "a", label: "a", group: null, disabled: false },
    { value: "b", label: "B", group: null, disabled: false },
    { value: "c", label: "c", group: "More", disabled: false },
    { value: "d", label: "d", group: "More", disabled: true },
  ]);
});

Deno.test("field.select() accepts an empty value that is one of its choices", async () => {
  const size = field.select({ choices: [{ value: "", label: "Any" }, "s"], required: true });
  assertEquals(await check(size, ""), "");
});

Deno.test("field.multiSelect() returns each choice once, in the order submitted", async () => {
  const message = invalid("Choose at least one option");
  await checkAll(field.multiSelect({ choices: ["a", "b"] }), [
    [undefined, []],
    ["", []],
    ["a", ["a"]],
    [["b", "a", "b", ""], ["b", "a"]],
    [["a", "x"], message],
    [[["a"]], message],
  ]);
  assertEquals(
    await check(field.multiSelect({ choices: ["a"], required: true }), []),
    invalid("Choose at least one option"),
  );
});

Deno.test("field.date() accepts dates of the calendar", async () => {
  const message = invalid("Enter a date");
  await checkAll(field.date(), [
    ["2024-02-29", "2024-02-29"],
    ["0001-01-01", "0001-01-01"],
    ["", null],
    ...[
      "2025-02-29",
      "2025-02-30",
      "2025-13-01",
      "2025-00-01",
      "2025-01-00",
      "0000-01-01",
      "25-01-01",
      "2025-1-1",
      "2025-01-01T00:00",
      "x",
    ]
      .map((sent) => [sent, message] as const),
  ]);
});

Deno.test("field.date(), datetime() and time() check their bounds and steps", async () => {
  await checkAll(field.date({ min: "2025-01-06", max: "2025-12-31", step: 7 }), [
    ["2025-01-05", invalid("Enter January 6, 2025 or later")],
    ["2025-01-06", "2025-01-06"],
    ["2025-01-13", "2025-01-13"],
    ["2025-01-14", invalid("Choose one of the available values")],
    ["2026-01-01", invalid("Enter December 31, 2025 or earlier")],
  ]);
  await checkAll(field.datetime({ max: "2025-01-01T12:00" }), [
    ["2025-01-01T12:00", "2025-01-01T12:00"],
    ["2025-01-01T11:59:59.999", "2025-01-01T11:59:59.999"],
    ["2025-01-01T12:00:01", invalid("Enter January 1, 2025 at 12:00 PM or earlier")],
    ["2025-01-01", invalid("Enter a date and a time")],
    ["2025-01-01T10:00Z", invalid("Enter a date and a time")],
    ["2025-01-01T10:00T10:00", invalid("Enter a date and a time")],
  ]);
  await checkAll(field.time({ min: "09:00", step: 900 }), [
    ["09:15", "09:15"],
    ["09:10", invalid("Choose one of the available values")],
    ["08:59", invalid("Enter 9:00 AM or later")],
    ["24:00", invalid("Enter a time")],
    ["09:60", invalid("Enter a time")],
  ]);
});

Deno.test("field.time() accepts a range past midnight if min is later than max", async () => {
  const message = invalid("Enter a time from 9:00 PM to 6:00 AM");
  await checkAll(field.time({ min: "21:00", max: "06:00" }), [
    ["21:00", "21:00"],
    ["23:59", "23:59"],
    ["00:00", "00:00"],
    ["06:00", "06:00"],
    ["06:01", message],
    ["20:59", message],
  ]);
  await checkAll(field.time({ min: "21:00", max: "06:00", step: 1800 }), [
    ["05:30", "05:30"],
    ["05:45", invalid("Choose one of the available values")],
  ]);
  await checkAll(field.time({ min: "21:00", max: "06:00", messages: { min: "At night" } }), [
    ["12:00", { kind: "invalid", message: "At night" }],
  ]);
});

Deno.test("field.date() and datetime() accept a year of five digits", async () => {
  await checkAll(field.date(), [
    ["12025-02-28", "12025-02-28"],
    ["12025-02-29", invalid("Enter a date")],
    ["0099-12-31", "0099-12-31"],
    ["0000-01-01", invalid("Enter a date")],
    ["275760-09-13", "275760-09-13"],
    ["275760-09-14", invalid("Enter a date")],
  ]);
  await checkAll(field.datetime({ min: "9999-12-31T00:00" }), [["10000-01-01T00:00", "10000-01-01T00:00"]]);
});

Deno.test("field.file() returns a file or null, and ignores an empty input", async () => {
  const file = new File(["x"], "a.txt", { type: "text/plain" });
  await checkAll(field.file(), [
    [file, file],
    [new File([], ""), null],
    [undefined, null],
    ["", null],
    ["words", invalid("Choose a file")],
    [[file, file], invalid("Choose at most 1 file")],
  ]);
  assertEquals(await check(field.file({ required: true }), new File([], "")), invalid("Choose a file"));
});

Deno.test("field.file() checks size, number and type, at the limit and one above", async () => {
  const file = (bytes: number) => new File([new Uint8Array(bytes)], "a.bin");
  const definition = field.file({ multiple: true, maxBytes: 1024, maxFiles: 2 });
  const two = [file(1024), file(0)];
  assertEquals(await check(definition, two), two);
  assertEquals(await check(definition, file(1025)), invalid("Choose a file smaller than 1 kB"));
  assertEquals(await check(definition, [file(1), file(1), file(1)]), invalid("Choose at most 2 files"));
  assertEquals(await check(definition, undefined), []);
  assertEquals(
    await check(field.file({ accept: "image/*" }), new File(["<script>"], "a.png", { type: "image/png" })),
    invalid("Choose another type of file: image"),
  );
});

Deno.test("field.file() names the invalid file if there are several", async () => {
  const png = new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])], "a.png", {
    type: "image/png",
  });
  const text = new File(["Hello"], "b.png", { type: "image/png" });
  const types = field.file({ multiple: true, accept: "image/png,image/jpeg" });
  assertEquals(
    await check(types, [png, text]),
    invalid("b.png: Choose another type of file: PNG or JPEG"),
  );
  const sizes = field.file({ multiple: true, maxBytes: 5, messages: { maxBytes: "Too big" } });
  assertEquals(await check(sizes, [text, png]), invalid("a.png: Too big"));
  assertEquals(await check(sizes, [png]), invalid("Too big"));
});

Deno.test("field.hidden() keeps its text", async () => {
  await checkAll(field.hidden({ maxlength: 3 }), [[" a ", " a "], ["", ""], [
    "abcd",
    invalid("Enter at most 3 characters"),
  ]]);
});

Deno.test("messages replace the built-in ones, rule by rule", async () => {
  const title = field.text({ required: true, maxlength: 2, messages: { maxlength: "Too long" } });
  assertEquals(await check(title, "abc"), invalid("Too long"));
  assertEquals(await check(title, ""), invalid("Enter a value"));
});

Deno.test("field builders throw for invalid options", () => {
  const wrong: [() => unknown, typeof TypeError | typeof RangeError, string][] = [
    [() => field.text({ maxlength: -1 }), RangeError, "maxlength is -1"],
    [() => field.text({ minlength: 5, maxlength: 4 }), RangeError, "maxlength is 4; use an integer of 5 or more"],
    [() => field.number({ min: 2, max: 1 }), RangeError, "min is 2, above max, which is 1"],
    [() => field.number({ min: NaN }), TypeError, 'a bound is "NaN"'],
    [() => field.number({ step: 0 }), RangeError, "step is 0"],
    [() => field.date({ min: "tomorrow" }), TypeError, 'a bound is "tomorrow", which is not a date'],
    [() => field.select({ choices: ["a", "a"] }), TypeError, 'the choice "a" is repeated'],
    [() => field.file({ accept: "images" }), TypeError, 'accept is "images"'],
    [() => field.file({ maxBytes: 0 }), RangeError, "maxBytes is 0"],
    [() => field.file({ maxFiles: 1.5 }), RangeError, "maxFiles is 1.5"],
  ];
  for (const [make, kind, message] of wrong) assertThrows(make, kind, message);
});
