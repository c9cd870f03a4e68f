import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { errorMarkup } from "../../src/dev/error_markup.ts";
import { reportOf } from "../../src/dev/error_report.ts";

const HERE = fromFileUrl(import.meta.resolve("./"));
const ORIGIN = { where: "GET /", requestId: null, baseDir: HERE };

function thrown(message: string): Error {
  return new Error(message); // the line at fault
}

Deno.test("reportOf() finds the position in the application and the four lines before and after it", async () => {
  const report = await reportOf(thrown("Gone"), ORIGIN);
  assertEquals(report.message, "Error: Gone");
  assertMatch(report.place ?? "", /^error_report_test\.ts:\d+:\d+$/);
  assertEquals(report.source.map(({ line }) => line - report.line), [-4, -3, -2, -1, 0, 1, 2, 3, 4]);
  assertStringIncludes(report.source[4]?.text ?? "", "the line at fault");
});

/** An error with a stack that was not written by V8. */
function withStack(stack: string, message = "Gone"): Error {
  return Object.assign(new Error(message), { stack });
}

Deno.test("reportOf() finds the innermost position in the application below frames of a library", async () => {
  const error = withStack(`Error: Gone\n    at f (file:///lib/preact.js:1:1)\n    at g (file://${HERE}support.ts:3:5)`);
  assertEquals((await reportOf(error, ORIGIN)).place, "support.ts:3:5");
});

Deno.test("reportOf() finds a position in the folder of a route group and of a parameter", async () => {
  const error = withStack(`Error: Gone\n    at Page (file://${HERE}pages/(shop)/[id]/my%20page.tsx:3:5)`);
  assertEquals((await reportOf(error, ORIGIN)).place, join("pages/(shop)/[id]/my page.tsx") + ":3:5");
});

Deno.test("reportOf() finds the position in a cause if the error has none", async () => {
  const cause = withStack(`Error: Gone\n    at g (file://${HERE}support.ts:3:5)`);
  const error = Object.assign(new Error("Outer", { cause }), { stack: "Error: Outer\n    at f (node:fs:1:1)" });
  assertEquals((await reportOf(error, ORIGIN)).place, "support.ts:3:5");
});

Deno.test("reportOf() omits the lines of a deleted file", async () => {
  const report = await reportOf(withStack(`Error: Gone\n    at f (file://${join(HERE, "gone.ts")}:3:5)`), ORIGIN);
  assertEquals(report.place, "gone.ts:3:5");
  assertEquals(report.source, []);
});

Deno.test("reportOf() shows only files that can be modules of the application, whatever the stack contains", async () => {
  const parent = await Deno.makeTempDir();
  const root = join(parent, "app");
  const files = [
    "app/.env",
    "app/.hidden.ts",
    "app/.git/config.ts",
    "app/data.json",
    "app/data.sqlite",
    "app/ts",
    "app/page.tsx.bak",
    "app/node_modules/x/index.js",
    "outside.ts",
  ];
  try {
    await Deno.mkdir(join(root, ".git"), { recursive: true });
    await Deno.mkdir(join(root, "node_modules/x"), { recursive: true });
    for (const file of [...files, "app/page.tsx"]) await Deno.writeTextFile(join(parent, file), "hunter2\n");
    // Links with names of modules, to files that are not.
    await Deno.symlink(join(root, ".env"), join(root, "linked.ts"));
    await Deno.symlink(join(parent, "outside.ts"), join(root, "outside.ts"));
    const sourceAt = async (path: string): Promise<readonly unknown[]> => {
      const stack = `Error: Gone\n    at f (file://${path}:1:1)`;
      return (await reportOf(withStack(stack), { ...ORIGIN, baseDir: root })).source;
    };
    for (const file of [...files, "app/linked.ts", "app/outside.ts", "app/../outside.ts"]) {
      assertEquals(await sourceAt(`${parent}/${file}`), [], file);
    }
    assertEquals(await sourceAt(join(root, "page.tsx")), [{ line: 1, text: "hunter2" }, { line: 2, text: "" }]);
    // The root folder may be a link.
    await Deno.symlink(root, join(parent, "link"));
    const stack = `Error: Gone\n    at f (file://${parent}/link/page.tsx:1:1)`;
    const report = await reportOf(withStack(stack), { ...ORIGIN, baseDir: join(parent, "link") });
    assertEquals(report.source.length, 2);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("reportOf() shows no source if the application has no root folder", async () => {
  const report = await reportOf(thrown("Gone"), { ...ORIGIN, baseDir: null });
  assertEquals([report.place, report.source], [null, []]);
  assertStringIncludes(report.stack, "error_report_test.ts");
});

Deno.test("reportOf() reports an error whose properties have other types, or throw", async () => {
  const odd = Object.assign(new Error("x"), { name: Symbol("name"), message: 7n, stack: { at: 1 } });
  const report = await reportOf(odd, ORIGIN);
  assertEquals([report.message, report.place], ["Symbol(name): 7n", null]);
  const trap = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("no");
    },
  });
  assertEquals((await reportOf(trap, ORIGIN)).message, "An error whose properties cannot be read");
});

Deno.test("reportOf() reports causes, and limits circular ones", async () => {
  const error = new Error("Cannot save", { cause: new Error("No space") });
  assertMatch((await reportOf(error, ORIGIN)).stack, /Cannot save[\s\S]*Caused by: Error: No space/);
  error.cause = error;
  assertEquals((await reportOf(error, ORIGIN)).stack.split("Caused by: ").length, 8);
});

Deno.test("reportOf() reports a thrown value that is not an error", async () => {
  assertEquals((await reportOf("gone", ORIGIN)).message, "'gone'");
  assertEquals((await reportOf({ code: 7 }, ORIGIN)).message, "{ code: 7 }");
  assertEquals((await reportOf(undefined, ORIGIN)).message, "undefined");
});

Deno.test("reportOf() removes colors and control characters", async () => {
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

Deno.test("errorMarkup() escapes all text", () => {
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
