import { assertEquals } from "@std/assert";
import { fromFileUrl, relative } from "@std/path";
import ts from "typescript";
import config from "../deno.json" with { type: "json" };

/**
 * Layers, from low to high: a file imports from its own layer or from lower ones. `src/client` is separate and imports only
 * `src/protocol`; the panel of development, `src/dev/client`, imports `src/client` as well.
 */
const LAYERS = [
  "src/client_bundle.ts",
  "src/style/",
  "src/protocol/",
  "src/platform/",
  "src/callback.ts",
  "src/texts/",
  "src/errors.ts",
  "src/cookies.ts",
  "src/context.ts",
  "src/http/",
  "src/results/",
  "src/forms/",
  "src/deps/",
  "src/signal.ts",
  "src/signals.ts",
  "src/actions/",
  "src/pages/",
  "src/store/",
  "src/session/",
  "src/live/",
  "src/dispatch/",
  "src/respond/",
  "src/preact/",
  "src/dev/",
  "src/handler/",
  "src/handler.ts",
  "src/audit.ts",
  "src/testing/",
  "src/init/",
];

/**
 * Folders that may use `Deno` and modules of Node: `platform` for all others, and `init`, a command that runs in Deno and
 * writes a project for Deno.
 */
const PLATFORM = ["src/platform/", "src/init/"];

/** Imports of each file, values and types: paths from the root, or specifiers of packages. */
type Graph = ReadonlyMap<string, readonly string[]>;

const root = fromFileUrl(import.meta.resolve("../"));

Deno.test("every file of src belongs to a layer", async () => {
  const unknown = sourceFiles(await sourceGraph()).filter((file) => !isClient(file) && layerOf(file) === -1);
  assertEquals(unknown, []);
});

Deno.test("no file imports a higher layer", async () => {
  assertEquals(upwardImports(await sourceGraph()), []);
});

Deno.test("protocol imports only itself", async () => {
  const graph = await sourceGraph();
  const imports = (file: string) => (graph.get(file) ?? []).filter((target) => !target.startsWith("src/protocol/"));
  const files = sourceFiles(graph).filter((file) => file.startsWith("src/protocol/"));
  assertEquals(files.flatMap(imports), []);
});

Deno.test("the test client does not reach src/client", async () => {
  assertEquals([...(await readGraph("src/testing/mod.ts")).keys()].filter(isClient), []);
});

Deno.test("no file is part of an import cycle of values or types", async () => {
  assertEquals(findCycle(await sourceGraph()), null);
});

Deno.test("client.ts reaches only src/client and src/protocol", async () => {
  const files = [...(await readGraph("client.ts")).keys()];
  assertEquals(
    files.filter((file) => file !== "client.ts" && !isClient(file) && !file.startsWith("src/protocol/")),
    [],
  );
});

Deno.test("the development panel reaches only itself, src/client and src/protocol", async () => {
  const files = [...(await readGraph("src/dev/client/main.ts")).keys()];
  assertEquals(files.filter((file) => !/^src\/(dev\/client|client|protocol)\//.test(file)), []);
});

Deno.test("mod.ts and client.ts do not reach the sources of the panel", async () => {
  const files = [...(await readGraph("mod.ts")).keys(), ...(await readGraph("client.ts")).keys()];
  assertEquals(files.filter((file) => file.startsWith("src/dev/client/")), []);
});

Deno.test("mod.ts does not reach src/client", async () => {
  assertEquals([...(await readGraph("mod.ts")).keys()].filter(isClient), []);
});

Deno.test("mod.ts does not load src/dev on startup", async () => {
  const files = [...(await readGraph("mod.ts", "startup")).keys()];
  assertEquals(files.filter((file) => file.startsWith("src/dev/")), []);
});

Deno.test("only src/preact imports Preact", async () => {
  const graph = await sourceGraph();
  const importers = sourceFiles(graph).filter((file) =>
    packagesOf(graph, file).some((name) => name.startsWith("preact"))
  );
  assertEquals(importers.filter((file) => !file.startsWith("src/preact/")), []);
});

Deno.test("only src/platform names Deno or imports a module of Node", async () => {
  const files = (await sources()).filter(({ name }) => !PLATFORM.some((folder) => name.startsWith(folder)));
  assertEquals(files.flatMap(({ name, text }) => machineNames(name, text)), []);
});

Deno.test("machineNames() finds Deno, its types and modules of Node, and ignores comments and strings", () => {
  const text = `// Deno.open
import { open } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
const sqlite = await import("node:sqlite");
export { inspect } from "node:util";
let file: Deno.FsFile;
globalThis.Deno.cwd();
const { Deno: machine } = globalThis;
const name = "Deno.open";
`;
  assertEquals(
    machineNames("x.ts", text),
    [2, 3, 4, 5, 6, 7, 8].map((line) => `x.ts:${line} names the machine; use src/platform`),
  );
});

Deno.test("only the connection to Redis imports the client of Redis, and mod.ts does not reach it", async () => {
  const graph = await sourceGraph();
  const importers = sourceFiles(graph).filter((file) => packagesOf(graph, file).some((name) => name.includes("redis")));
  assertEquals(importers, ["src/store/redis_connection.ts"]);
  assertEquals([...(await readGraph("mod.ts")).keys()].filter((file) => file.includes("redis")), []);
});

Deno.test("only src/testing imports packages that parse documents, and mod.ts does not reach it", async () => {
  const graph = await sourceGraph();
  const readers = sourceFiles(graph).filter((file) =>
    packagesOf(graph, file).some((name) => /^(parse5|css-select)$/.test(name))
  );
  assertEquals(readers, ["src/testing/dom.ts"]);
  assertEquals([...(await readGraph("mod.ts")).keys()].filter((file) => file.startsWith("src/testing/")), []);
});

Deno.test("sources import only known packages", async () => {
  const graph = await sourceGraph();
  const packages = new Set(sourceFiles(graph).flatMap((file) => packagesOf(graph, file)));
  const allowed =
    /^(@std\/(http|path)(\/|$)|preact(\/|$)|preact-render-to-string(\/|$)|@redis\/client$|parse5$|css-select$|node:)/;
  // A new project has the dependencies of this package.
  packages.delete("deno.json");
  assertEquals([...packages].filter((name) => !allowed.test(name)), []);
});

/**
 * Returns the places where a source uses `Deno` or a module of Node. It parses the source, since comments and strings may name
 * both.
 */
function machineNames(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: string[] = [];
  const check = (node: ts.Node): void => {
    const isModule = ts.isStringLiteralLike(node) && node.text.startsWith("node:");
    if (isModule || ts.isIdentifier(node) && node.text === "Deno") {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file}:${line + 1} names the machine; use src/platform`);
    }
    ts.forEachChild(node, check);
  };
  check(source);
  return found;
}

async function sources(): Promise<{ readonly name: string; readonly text: string }[]> {
  return await Array.fromAsync(
    sourcesIn("src"),
    async (name) => ({ name, text: await Deno.readTextFile(root + name) }),
  );
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sourcesIn(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

Deno.test("upwardImports() finds an import of a higher layer", () => {
  const graph = new Map([["src/http/body.ts", ["src/errors.ts", "src/actions/action.ts"]]]);
  assertEquals(upwardImports(graph), ["src/http/body.ts imports src/actions/action.ts"]);
});

Deno.test("upwardImports() finds an import of an entry", () => {
  assertEquals(upwardImports(new Map([["src/handler.ts", ["mod.ts"]]])), ["src/handler.ts imports mod.ts"]);
});

Deno.test("upwardImports() finds an import of the server in the browser", () => {
  const graph = new Map([["src/client/call/send.ts", [
    "src/protocol/names.ts",
    "src/client/call/lanes.ts",
    "src/errors.ts",
  ]]]);
  assertEquals(upwardImports(graph), ["src/client/call/send.ts imports src/errors.ts"]);
});

Deno.test("findCycle() returns the members of a cycle", () => {
  const graph = new Map([["a.ts", ["b.ts"]], ["b.ts", ["c.ts"]], ["c.ts", ["b.ts"]]]);
  assertEquals(findCycle(graph), ["b.ts", "c.ts", "b.ts"]);
});

Deno.test("findCycle() returns null for two paths to one file", () => {
  assertEquals(findCycle(new Map([["a.ts", ["b.ts", "c.ts"]], ["b.ts", ["c.ts"]], ["c.ts", []]])), null);
});

function upwardImports(graph: Graph): string[] {
  return sourceFiles(graph).flatMap((file) =>
    filesOf(graph, file).filter((target) => !mayImport(file, target)).map((target) => `${file} imports ${target}`)
  );
}

function mayImport(file: string, target: string): boolean {
  if (isClient(file)) return isClient(target) || target.startsWith("src/protocol/");
  const layer = layerOf(target);
  return layer !== -1 && layer <= layerOf(file);
}

function findCycle(graph: Graph): string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | null => {
    if (done.has(file)) return null;
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      const cycle = visit(target);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle !== null) return cycle;
  }
  return null;
}

function layerOf(file: string): number {
  return LAYERS.findIndex((layer) => layer.endsWith("/") ? file.startsWith(layer) : file === layer);
}

function isClient(file: string): boolean {
  return file.startsWith("src/client/");
}

function isSource(file: string): boolean {
  return file.startsWith("src/");
}

function sourceFiles(graph: Graph): string[] {
  return [...graph.keys()].filter(isSource);
}

function filesOf(graph: Graph, file: string): readonly string[] {
  return (graph.get(file) ?? []).filter((target) =>
    isSource(target) || /^(mod|client|redis|testing)\.ts$/.test(target)
  );
}

function packagesOf(graph: Graph, file: string): readonly string[] {
  return (graph.get(file) ?? []).filter((target) => !filesOf(graph, file).includes(target));
}

/** Reads the graphs of all entries of the package, as one. */
async function sourceGraph(): Promise<Graph> {
  const graphs = await Promise.all(Object.values(config.exports).map((entry) => readGraph(entry.replace("./", ""))));
  return new Map(graphs.flatMap((graph) => [...graph]));
}

/** A module in the output of `deno info --json`. */
interface ModuleInfo {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier: string };
    readonly type?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

/**
 * Reads the graph of an entry.
 *
 * @param entry The file.
 * @param when `startup` omits types and dynamic imports.
 */
async function readGraph(entry: string, when: "ever" | "startup" = "ever"): Promise<Graph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
  }).output();
  if (!success) throw new Error(`Cannot read the graph of ${entry}: ${new TextDecoder().decode(stderr)}`);
  // Version 1 of `deno info --json`.
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: readonly ModuleInfo[] };
  const graph = new Map<string, readonly string[]>();
  for (const { specifier, error, dependencies = [] } of modules) {
    if (error !== undefined) throw new Error(`Cannot read the graph of ${entry}: ${error}`);
    const file = pathOf(specifier);
    if (file === null) continue;
    const loaded = when === "ever" ? dependencies : dependencies.filter((it) => it.code !== undefined && !it.isDynamic);
    const targets = loaded.map((it) => pathOf((it.code ?? it.type)?.specifier ?? "") ?? it.specifier);
    // A reference to ambient declarations is not an import: they give global names to types of modules, so they name the
    // modules that refer to them.
    graph.set(file, targets.filter((target) => !target.endsWith(".d.ts")));
  }
  return when === "ever" ? graph : reachedFrom(entry, graph);
}

/** Returns the part of a graph that an entry reaches. */
function reachedFrom(entry: string, graph: Graph): Graph {
  const reached = new Map<string, readonly string[]>();
  const follow = (file: string): void => {
    const targets = graph.get(file);
    if (targets === undefined || reached.has(file)) return;
    reached.set(file, targets);
    targets.forEach(follow);
  };
  follow(entry);
  return reached;
}

/** Returns the path of a file of this package from the root, or `null` for other files and the stand-ins for `@std`. */
function pathOf(specifier: string): string | null {
  if (!specifier.startsWith("file:")) return null;
  const path = relative(root, fromFileUrl(specifier)).replaceAll("\\", "/");
  return path.startsWith("..") || path.startsWith("tests/") ? null : path;
}
