import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { errorMarkup } from "../../src/dev/error_markup.ts";
import { reportOf } from "../../src/dev/error_report.ts";

const HERE = fromFileUrl(import.meta.resolve("./"));
const ORIGIN = { where: "GET /", requestId: null, baseDir: HERE };

function thrown(message: string): Error {
  return new Error(message); // the line at fault
}

Deno.test("reportOf() finds the place in the application and the four lines before and after it", async () => {
  const report = await reportOf(thrown("Gone"), ORIGIN);
  assertEquals(report.message, "Error: Gone");
  assertMatch(report.place ?? "", /^error_report_test\.ts:\d+:\d+$/);
  assertEquals(report.source.map(({ line }) => line - report.line), [-4, -3, -2, -1, 0, 1, 2, 3, 4]);
  assertStringIncludes(report.source[4]?.text ?? "", "the line at fault");
});

Deno.test("reportOf() takes the first place of the application, before that of a library above it", async () => {
  const error = new Error("Gone");
  error.stack = `Error: Gone\n    at f (file:///lib/preact.js:1:1)\n    at g (file://${join(HERE, "support.ts")}:3:5)`;
  assertEquals((await reportOf(error, ORIGIN)).place, "support.ts:3:5");
});

Deno.test("reportOf() takes a file of node_modules below the application for none of its own", async () => {
  const error = new Error("Gone");
  error.stack = `Error: Gone
    at f (file://${join(HERE, "node_modules/x/index.js")}:1:1)
    at g (file://${join(HERE, "support.ts")}:3:5)`;
  assertEquals((await reportOf(error, ORIGIN)).place, "support.ts:3:5");
});

Deno.test("reportOf() finds a place in a folder of a group and of a parameter", async () => {
  const error = new Error("Gone");
  error.stack = `Error: Gone\n    at Page (file://${HERE}pages/(shop)/[id]/my%20page.tsx:3:5)`;
  assertEquals((await reportOf(error, ORIGIN)).place, join("pages/(shop)/[id]/my page.tsx") + ":3:5");
});

Deno.test("reportOf() takes the place from the message where a module could not be read", async () => {
  const url = `file://${join(HERE, "support.ts")}`;
  const error = new TypeError(`Cannot load "pages/page.tsx": Expression expected\n    at ${url}:2:18`);
  error.stack = `TypeError: ${error.message}`;
  assertEquals((await reportOf(error, ORIGIN)).place, "support.ts:2:18");
});

Deno.test("reportOf() leaves out the lines of a file that is gone", async () => {
  const error = new Error("Gone");
  error.stack = `Error: Gone\n    at f (file://${join(HERE, "gone.ts")}:3:5)`;
  const report = await reportOf(error, ORIGIN);
  assertEquals(report.place, "gone.ts:3:5");
  assertEquals(report.source, []);
});

Deno.test("reportOf() tells of the causes, and of a circle of them for some turns", async () => {
  const error = new Error("Cannot save", { cause: new Error("No space") });
  assertMatch((await reportOf(error, ORIGIN)).stack, /Cannot save[\s\S]*Caused by: Error: No space/);
  error.cause = error;
  assertEquals((await reportOf(error, ORIGIN)).stack.split("Caused by: ").length, 8);
});

Deno.test("reportOf() tells of what is thrown and is no error", async () => {
  assertEquals((await reportOf("gone", ORIGIN)).message, '"gone"');
  assertEquals((await reportOf({ code: 7 }, ORIGIN)).message, "{ code: 7 }");
  assertEquals((await reportOf(undefined, ORIGIN)).message, "undefined");
});

Deno.test("reportOf() takes colours and control characters out", async () => {
  const { message } = await reportOf(new Error("\u001b[31mred\u001b[0m\u0007\u009b"), ORIGIN);
  assertEquals(message, "Error: red\ufffd\ufffd");
});

Deno.test("reportOf() keeps 4,000 characters of a message and 20,000 of a stack", async () => {
  const atLimit = await reportOf(new Error("x".repeat(4_000 - "Error: ".length)), ORIGIN);
  assertEquals(atLimit.message.endsWith("x"), true);
  const over = await reportOf(new Error("x".repeat(30_000)), ORIGIN);
  assertEquals(over.message.length, 4_001);
  assertEquals(over.stack.length, 20_001);
});

Deno.test("errorMarkup() writes every text as text", () => {
  const hostile = `"><script>alert('1')</script>&`;
  const markup = errorMarkup({
    where: hostile,
    requestId: hostile,
    message: hostile,
    stack: hostile,
    place: hostile,
    source: [{ line: 1, text: hostile }],
    line: 1,
  });
  assertEquals(markup.match(/<[a-z0-9]+/g), ["<section", "<h2", "<p", "<strong", "<p", "<pre", "<pre"]);
  assertEquals(markup.match(/"/g)?.length, 2);
});
