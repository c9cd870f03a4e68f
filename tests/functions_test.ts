import { assert, assertEquals } from "@std/assert";
import ts from "typescript";
import { findNodes, readSources, type Source } from "./support/sources.ts";

/** The most lines of half of the functions of `src`, and of nine tenths of them. */
const MEDIAN_LINES = 6, P90_LINES = 20;

/** Names that functions of several files have, with the reason. */
const SHARED_NAMES: Readonly<Record<string, string>> = {
  action: "the export of the package on the server, and its counterpart in the browser",
  selectPart: "the same step on the browser's DOM and on that of the test client",
  start: "each part of the runtime exports it",
};

Deno.test("a function name occurs in one file of src, except those in the list", async () => {
  const names = namesByFile(await readSources("src"));
  const shared = [...names].filter(([name, files]) => files.size > 1 && !(name in SHARED_NAMES));
  assertEquals(shared.map(([name, files]) => `${name}() is in ${[...files].join(" and in ")}`), []);
  assertEquals(Object.keys(SHARED_NAMES).filter((name) => (names.get(name)?.size ?? 0) < 2), []);
});

Deno.test(`half of the functions of src have at most ${MEDIAN_LINES} lines, nine tenths at most ${P90_LINES}`, async () => {
  const lengths = (await readSources("src")).flatMap((source) => findNodes(source, hasBlock).map(({ lines }) => lines))
    .sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0, p90 = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
  assert(median > 0 && median <= MEDIAN_LINES, `median ${median}`);
  assert(p90 <= P90_LINES, `nine tenths ${p90}`);
});

Deno.test("namesByFile() counts declared functions with a body, and each file once", () => {
  const text =
    "function a() {}\nfunction b(x: string): void;\nfunction b(x: unknown) { function a() {} }\nconst c = () => 1;\n";
  assertEquals(
    namesByFile([{ name: "x.ts", text }, { name: "y.ts", text: "function a() {}" }]),
    new Map([
      ["a", new Set(["x.ts", "y.ts"])],
      ["b", new Set(["x.ts"])],
    ]),
  );
});

function namesByFile(sources: readonly Source[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const source of sources) {
    // The files that a new project begins with are text here.
    if (/bundle|src\/init\/project/.test(source.name)) continue;
    for (const { node } of findNodes(source, ts.isFunctionDeclaration)) {
      if (!node.body || !node.name) continue;
      const files = names.get(node.name.text) ?? new Set();
      names.set(node.name.text, files.add(source.name));
    }
  }
  return names;
}

function hasBlock(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined && ts.isBlock(node.body);
}
