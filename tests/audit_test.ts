import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { action, auditActions, createHandler, defineForm, defineFormset, field, type HandlerOptions } from "../mod.ts";

const pass = () => {};
const NoteForm = defineForm("note", { fields: { title: field.text() } });
const GuardedForm = defineForm("guarded", { fields: { title: field.text() }, guard: pass });
const Rows = defineFormset(NoteForm, { prefix: "rows" });

function handlerOf(actions: Readonly<Record<string, unknown>>, options: HandlerOptions = {}) {
  const pages = [{ path: "/", load: () => Promise.resolve({ default: () => "", ...actions }) }];
  return createHandler({ baseDir: "/srv/app", pages, crossOrigin: { trustProxy: false }, ...options });
}

Deno.test("auditActions() lists the guards of each action in the order they run", async () => {
  const handler = handlerOf({
    a: action("own", { guard: pass }, pass),
    b: action("open", pass),
    c: action("lifted", { skipHandlerGuard: true, guard: pass }, pass),
    d: action("hook", { webhook: true, verify: () => true }, pass),
    e: action("all", { guard: pass, form: GuardedForm }, pass),
  }, { guard: pass });
  const { actions } = await auditActions(handler);
  assertEquals(Object.fromEntries(actions.map(({ name, guards, isPublic }) => [name, [...guards, isPublic]])), {
    all: ["handler", "action", "form", false],
    hook: ["handler", "signature", false],
    lifted: ["action", true],
    open: ["handler", false],
    own: ["handler", "action", false],
  });
});

Deno.test("auditActions() lists method, input, limits, rate, files and place", async () => {
  const handler = handlerOf({
    note: action("note", { form: NoteForm, limits: { bodyBytes: 10 }, onFile: () => "key" }, pass),
    rows: action("rows", { form: Rows, rate: { limit: 2, seconds: 1 } }, pass),
    made: action("made", { form: () => NoteForm }, pass),
    data: action("data", { method: "GET", input: z.object({}) }, pass),
    any: action("any", pass),
  }, { limits: { files: 3 }, rate: { limit: 5, seconds: 60 } });
  const { actions } = await auditActions(handler);
  const facts = actions.map(({ name, method, input, limits, rate, takesFiles }) => [
    name,
    [method, input, limits, rate, takesFiles],
  ]);
  assertEquals(Object.fromEntries(facts), {
    any: ["POST", "any data", { files: 3 }, "5 in 60 s", false],
    data: ["GET", "schema zod", { files: 3 }, "5 in 60 s", false],
    made: ["POST", "form of the request", { files: 3 }, "5 in 60 s", false],
    note: ["POST", "form note", { bodyBytes: 10, files: 3 }, "5 in 60 s", true],
    rows: ["POST", "formset rows", { files: 3 }, "2 in 1 s", false],
  });
  assertEquals(
    new Set(actions.map(({ place }) => place?.split(" ").at(-1))),
    new Set(["note", "rows", "made", "data", "any"]),
  );
});

Deno.test("auditActions() prints a line for each action, with NONE for an action without a guard", async () => {
  const handler = handlerOf({ a: action("b_action", pass), b: action("a_action", { guard: pass }, pass) });
  const { text } = await auditActions(handler);
  const lines = text.split("\n\n")[0]?.split("\n") ?? [];
  assertEquals(lines.map((line) => line.split(/ {2,}/).slice(0, 3)), [
    ["action", "method", "guard"],
    ["a_action", "POST", "action"],
    ["b_action", "POST", "NONE"],
  ]);
});

Deno.test("auditActions() with requireGuard throws and names every action without a guard that is not public", async () => {
  const handler = handlerOf({
    a: action("first", pass),
    b: action("second", { method: "GET" }, pass),
    c: action("third", { skipHandlerGuard: true }, pass),
    d: action("fourth", { guard: pass }, pass),
  });
  assertEquals((await auditActions(handler)).unguarded, ["first", "second"]);
  const error = await assertRejects(() => auditActions(handler, { requireGuard: true }), TypeError);
  assertStringIncludes(error.message, '"first"');
  assertStringIncludes(error.message, '"second"');
  assertEquals(/third|fourth/.test(error.message), false);
});

Deno.test("auditActions() with requireGuard accepts a guard of the handler, and public actions", async () => {
  const handler = handlerOf({ a: action("a", pass), b: action("b", { skipHandlerGuard: true }, pass) }, {
    guard: pass,
  });
  assertEquals((await auditActions(handler, { requireGuard: true })).unguarded, []);
});

Deno.test("auditActions() warns if trustProxy is not set", async () => {
  const warningsOf = async (crossOrigin?: HandlerOptions["crossOrigin"]) => {
    const { warnings, text } = await auditActions(handlerOf({ a: action("a", pass) }, { crossOrigin }));
    for (const warning of warnings) assertStringIncludes(text, `\n\nWarning: ${warning}`);
    return warnings.filter((warning) => warning.includes("trustProxy")).length;
  };
  assertEquals([await warningsOf(), await warningsOf({})], [1, 1]);
  assertEquals([await warningsOf({ trustProxy: true }), await warningsOf({ trustProxy: false })], [0, 0]);
});

Deno.test("auditActions() rejects with the error of the startup", async () => {
  const handler = handlerOf({ a: action("a", pass), b: action("a", pass) });
  await assertRejects(() => auditActions(handler), TypeError, 'Cannot register action "a"');
});

Deno.test("deno task audit prints the actions and fails if a required guard is missing", async () => {
  const script = new URL("./support/audit.ts", import.meta.url).href;
  const run = async (...args: string[]) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "-q", script, ...args] })
      .output();
    return { code, text: new TextDecoder().decode(stdout) };
  };
  const notes = await run("--require-guard");
  assertEquals(notes.code, 0);
  assertStringIncludes(notes.text, "add_note");

  const folder = await Deno.makeTempDir();
  try {
    const library = JSON.stringify(import.meta.resolve("../mod.ts"));
    const page =
      `import { action } from ${library};\nexport const erase = action("erase", () => {});\nexport default () => "";\n`;
    await Deno.mkdir(`${folder}/pages`);
    await Deno.writeTextFile(`${folder}/pages/page.ts`, page);
    assertEquals((await run(folder)).code, 0);
    const failed = await run(folder, "--require-guard");
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.text, '"erase" (pages/page.ts erase)');

    const main = `import { createHandler } from ${library};\n` +
      `export const handler = createHandler({ baseDir: import.meta.dirname, guard: () => false });\n`;
    await Deno.writeTextFile(`${folder}/main.ts`, main);
    const guarded = await run(`${folder}/main.ts`, "--require-guard");
    assertEquals([guarded.code, /^erase +POST +handler /m.test(guarded.text)], [0, true]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("auditActions() warns if guarded mutations have no principal", async () => {
  const actions = {
    a: action("save", { guard: pass }, pass),
    b: action("hook", { webhook: true, verify: () => true }, pass),
    c: action("look", { method: "GET", guard: pass }, pass),
  };
  // Set to avoid the warning about it.
  const crossOrigin = { trustProxy: false };
  const audit = (record: Parameters<typeof handlerOf>[0], options: HandlerOptions = {}) =>
    auditActions(handlerOf(record, { crossOrigin, ...options }));
  const { warnings } = await audit(actions);
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0] ?? "", 'users of "save" are distinguished only by the HttpOnly cookies');
  const more = Object.fromEntries(["s", "t", "u", "v"].map((name) => [name, action(name, { guard: pass }, pass)]));
  assertStringIncludes((await audit(more)).warnings.join(), 'users of "s", "t", "u" and 1 more are');
  const named: readonly HandlerOptions[] = [{ principal: () => null }, { idempotency: { cookies: ["session"] } }];
  for (const options of named) assertEquals((await audit(actions, options)).warnings, []);
  // Without a guard there are no users to distinguish.
  const { b, c } = actions;
  assertEquals((await audit({ b, c, d: action("open", pass) })).warnings, []);
});
