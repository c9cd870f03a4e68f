import { assertEquals } from "@std/assert";
import ts from "typescript";
import { findNodes, readSources } from "./support/sources.ts";

/** The most lines of a file of `src`, of a class in it, and of the file that calls the steps of a request in their order. */
const FILE_LINES = 400, CLASS_LINES = 200, STEPS_LINES = 150;

/** Files that are longer, with the most lines they may have and the reason. They may shrink; an entry that is not needed must go. */
const LONG_FILES: Readonly<Record<string, number>> = {};

/** Longer classes, with their maximum number of lines. Divide them. */
const LONG_CLASSES: Readonly<Record<string, number>> = {};

Deno.test(`no file of src is longer than ${FILE_LINES} lines, except those in the list`, async () => {
  const lengths = (await readSources("src")).map(({ name, text }) => ({ name, lines: linesOf(text) }));
  assertEquals(tooLong(lengths, FILE_LINES, LONG_FILES), []);
});

Deno.test(`the order of the steps is readable on one screen: dispatch.ts has at most ${STEPS_LINES} lines`, async () => {
  const steps = (await readSources("src/dispatch")).filter(({ name }) => name === "src/dispatch/dispatch.ts");
  assertEquals(steps.map(({ text }) => linesOf(text) <= STEPS_LINES), [true]);
});

Deno.test(`no class of src is longer than ${CLASS_LINES} lines, except those in the list`, async () => {
  const lengths = (await readSources("src")).flatMap(({ name, text }) => classesIn(name, text));
  assertEquals(tooLong(lengths, CLASS_LINES, LONG_CLASSES), []);
});

Deno.test("tooLong() names what is above the limit or its own, and the entries that nothing needs", () => {
  const lengths = [{ name: "a", lines: 9 }, { name: "b", lines: 9 }, { name: "c", lines: 9 }, { name: "d", lines: 4 }];
  assertEquals(tooLong(lengths, 5, { b: 9, c: 8, d: 6, e: 6 }), [
    "a has 9 lines, at most 5",
    "c has 9 lines, at most 8",
    "d has an entry that it does not need",
    "e has an entry that it does not need",
  ]);
});

Deno.test("classesIn() counts the lines of a class without its documentation", () => {
  const text = "/** One. */\nexport class One {\n  a = 1;\n}\nconst two = class Two {};\n";
  assertEquals(classesIn("x.ts", text), [{ name: "x.ts One", lines: 3 }, { name: "x.ts Two", lines: 1 }]);
});

interface Length {
  readonly name: string;
  readonly lines: number;
}

function linesOf(text: string): number {
  return text.split("\n").length - 1;
}

function classesIn(file: string, text: string): Length[] {
  return findNodes({ name: file, text }, ts.isClassLike).map(({ node, lines }) => (
    { name: `${file} ${node.name?.text ?? "(no name)"}`, lines }
  ));
}

function tooLong(lengths: readonly Length[], most: number, exceptions: Readonly<Record<string, number>>): string[] {
  const long = lengths.filter(({ name, lines }) => lines > (exceptions[name] ?? most));
  const needed = new Set(lengths.filter(({ lines }) => lines > most).map(({ name }) => name));
  return [
    ...long.map(({ name, lines }) => `${name} has ${lines} lines, at most ${exceptions[name] ?? most}`),
    ...Object.keys(exceptions).filter((name) => !needed.has(name)).map((name) =>
      `${name} has an entry that it does not need`
    ),
  ];
}
