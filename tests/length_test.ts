import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import ts from "typescript";

/** The most lines of a file of `src`, and of a class in it. */
const FILE_LINES = 400, CLASS_LINES = 200;

/** Files that are longer, with the most lines they may have and the reason. They may shrink; an entry that is not needed must go. */
const LONG_FILES: Readonly<Record<string, number>> = {};

/** Longer classes, with their maximum number of lines. Divide them. */
const LONG_CLASSES: Readonly<Record<string, number>> = {};

const root = fromFileUrl(import.meta.resolve("../"));

Deno.test(`no file of src is longer than ${FILE_LINES} lines, except those in the list`, async () => {
  const lengths = (await sources()).map(({ name, text }) => ({ name, lines: linesOf(text) }));
  assertEquals(tooLong(lengths, FILE_LINES, LONG_FILES), []);
});

Deno.test(`no class of src is longer than ${CLASS_LINES} lines, except those in the list`, async () => {
  const lengths = (await sources()).flatMap(({ name, text }) => classesIn(name, text));
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

async function sources(): Promise<{ readonly name: string; readonly text: string }[]> {
  return await Array.fromAsync(filesIn("src"), async (name) => ({ name, text: await Deno.readTextFile(root + name) }));
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesIn(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

function linesOf(text: string): number {
  return text.split("\n").length - 1;
}

function classesIn(file: string, text: string): Length[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: Length[] = [];
  const line = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      found.push({
        name: `${file} ${node.name?.text ?? "(no name)"}`,
        lines: line(node.end) - line(node.getStart()) + 1,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
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
