/**
 * Bundles the initial file of the runtime, and one file for each dynamic import: its parts.
 *
 * A bundler would put modules that two files need into a third one, for which both wait. Here a part gets from the
 * initial file what it uses of it, as the argument of a function, when it is linked (`src/client/parts/link.ts`):
 *
 * ```js ignore
 * // client.js                                   // feedback.js
 * import("./feedback.js").then((part) =>         export default (RUNTIME) => {
 *   part.default({ aB1: dom, cD2: words }))        RUNTIME.aB1(form).querySelector("ul"); …
 * ```
 */
import { createHash } from "node:crypto";
import { basename, fromFileUrl } from "@std/path";
import * as esbuild from "esbuild";

/** Name of the initial file. */
export const ENTRY_NAME = "client.js";

const ROOT = fromFileUrl(import.meta.resolve("../../"));
const REGISTRY = `${ROOT}src/client/parts/parts.ts`;
const LINK = `${ROOT}src/client/parts/link.ts`;

/** Browsers of the last three years: private members, static blocks, `Array.prototype.at`. */
const TARGET = "es2022";

/** A file that is loaded after the initial one. */
export interface BuiltPart {
  /** Its name, such as `live.js`. */
  readonly name: string;
  readonly text: string;
  /** Names that it uses of the initial file, and those that it exports. */
  readonly uses: readonly string[];
}

/** A file as esbuild writes it. */
interface Built {
  readonly text: string;
  /** Paths of the modules in it. */
  readonly modules: ReadonlySet<string>;
}

/**
 * Returns the short name under which a part gets a name of the initial file. It depends on the name alone, so that a part of
 * one build can be linked with the initial file of another.
 */
function shortName(name: string): string {
  const hash = createHash("sha256").update(name).digest();
  const pick = (index: number, characters: string) => characters[hash[index]! % characters.length];
  const letters = "abcdefghijklmnopqrstuvwxyz";
  return `${pick(0, letters)}${pick(1, letters.toUpperCase())}${pick(2, letters + "0123456789")}`;
}

/** Builds the initial file, and all parts that it or another part imports. */
export async function buildFiles(
  define: Record<string, string>,
): Promise<{ readonly entry: string; readonly parts: readonly BuiltPart[] }> {
  try {
    return await new PartsBuild(define).run();
  } finally {
    await esbuild.stop();
  }
}

/** One build of all files. */
class PartsBuild {
  readonly #define: Record<string, string>;
  /** Paths of the parts by the name of their file. */
  readonly #imported = new Map<string, string>();
  /** The parts of the registry, which are linked. */
  readonly #linked = new Set<string>();
  /** The names that a part can use of the initial file, with their modules. */
  readonly #available = new Map<string, string>();
  /** The short names that a part uses. */
  readonly #used = new Set<string>();

  constructor(define: Record<string, string>) {
    this.#define = define;
  }

  async run(): Promise<{ readonly entry: string; readonly parts: readonly BuiltPart[] }> {
    // Once to learn which modules are in the initial file, and again when it is known what the parts use of them.
    const { modules } = await this.#build(`${ROOT}client.ts`);
    const parts: BuiltPart[] = [];
    const owners = new Map<string, string>();
    // A part may import others.
    for (const [name, path] of this.#imported) {
      const built = await this.#build(path, modules);
      this.#claimModules(name, built.modules, owners);
      parts.push(this.#finishPart(name, built.text));
    }
    const { text } = await this.#build(`${ROOT}client.ts`);
    return { entry: text, parts };
  }

  /** @throws {Error} When a module is in two parts. Those of the protocol have no state. */
  #claimModules(part: string, modules: ReadonlySet<string>, owners: Map<string, string>): void {
    for (const path of modules) {
      const owner = owners.get(path) ?? part;
      if (owner !== part && !path.startsWith(`${ROOT}src/protocol/`)) {
        throw new Error(
          `Cannot bundle "${path.slice(ROOT.length)}": it would be in ${owner} and in ${part}; ` +
            `load one of them with loadPart(), or import the module in the initial file`,
        );
      }
      owners.set(path, owner);
    }
  }

  /** Makes a function of a part that is linked. */
  #finishPart(name: string, text: string): BuiltPart {
    const names = [...new Set([...text.matchAll(/\bRUNTIME\.(\w+)/g)].map(([, used = ""]) => used))].toSorted();
    for (const used of names) this.#used.add(used);
    const exports: string[] = [];
    const end = /export\{([^{}]*)\};?\s*$/.exec(text);
    if (end === null) throw new Error(`Cannot bundle ${name}: esbuild has written no exports`);
    const pairs = end[1]!.split(",").map((pair) => {
      const [local, exported = local] = pair.trim().split(/\s+as\s+/);
      exports.push(exported!);
      return `${exported}:${local}`;
    });
    const uses = [...names, ...exports.toSorted()];
    if (!this.#linked.has(name)) return { name, text, uses };
    return { name, text: `export default RUNTIME=>{${text.slice(0, end.index)};return{${pairs}}}`, uses };
  }

  /**
   * Builds one file.
   *
   * @param runtime The modules of the initial file, which a part gets when it is linked.
   */
  async #build(entry: string, runtime: ReadonlySet<string> = new Set()): Promise<Built> {
    const { outputFiles: [file], metafile } = await esbuild.build({
      entryPoints: [entry],
      absWorkingDir: ROOT,
      bundle: true,
      format: "esm",
      minify: true,
      target: TARGET,
      charset: "utf8",
      legalComments: "none",
      write: false,
      metafile: true,
      define: this.#define,
      plugins: [this.#plugin(runtime)],
    });
    if (file === undefined) throw new Error(`Cannot bundle ${entry}: esbuild has written no file`);
    const [output] = Object.values(metafile.outputs);
    // A module whose code is not used has no bytes.
    const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return { text: file.text, modules: new Set(inputs.map(([path]) => path).filter(isFile).map(pathOf)) };
  }

  #plugin(runtime: ReadonlySet<string>): esbuild.Plugin {
    return {
      name: "parts",
      setup: (build) => {
        build.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
          const resolved = fromFileUrl(new URL(path, `file://${resolveDir}/`));
          if (kind === "dynamic-import") {
            return { path: `./${this.#addPart(resolved)}`, external: true };
          }
          return runtime.has(resolved) ? { path: resolved, namespace: "runtime" } : undefined;
        });
        build.onLoad({ filter: /./, namespace: "runtime" }, ({ path }) => this.#loadRuntime(path));
        build.onLoad({ filter: /parts\.ts$/ }, ({ path }) => path === REGISTRY ? this.#loadRegistry() : undefined);
        build.onLoad({ filter: /link\.ts$/ }, ({ path }) => path === LINK ? this.#loadLink() : undefined);
      },
    };
  }

  #addPart(path: string): string {
    const name = basename(path).replace(/ts$/, "js");
    const known = this.#imported.get(name) ?? path;
    if (known !== path) throw new Error(`Cannot bundle ${path}: ${known} has the same name; rename one of them`);
    this.#imported.set(name, path);
    return name;
  }

  /** Makes the module that stands for one of the initial file in a part. A variable of it has no lasting value. */
  async #loadRuntime(path: string): Promise<esbuild.OnLoadResult> {
    const source = await Deno.readTextFile(path);
    const names = [...source.matchAll(/^export (?:async )?(?:const|function\*?|class) (\w+)/gm)].map(([, name = ""]) =>
      name
    );
    const lines = names.map((name) => {
      const known = this.#available.get(name) ?? path;
      if (known !== path) {
        throw new Error(`Cannot link "${name}" of ${path}: ${known} exports the same name; rename one`);
      }
      this.#available.set(name, path);
      return `export const ${name} = /* @__PURE__ */ (() => RUNTIME.${shortName(name)})();`;
    });
    return { contents: lines.join("\n") };
  }

  /** Makes the imports of the registry open to a fragment, and hides them from esbuild. */
  async #loadRegistry(): Promise<esbuild.OnLoadResult> {
    const source = await Deno.readTextFile(REGISTRY);
    const contents = source.replace(/\(\) => import\("\.\/(\w+)\.ts"\)/g, (_, part: string) => {
      const name = this.#addPart(`${ROOT}src/client/parts/${part}.ts`);
      this.#linked.add(name);
      return `(fragment, url = "./${name}" + fragment) => import(url)`;
    });
    return { contents, loader: "ts" };
  }

  /** Makes the module that passes to a part what all parts use. */
  #loadLink(): esbuild.OnLoadResult {
    // In a fixed order: modules are loaded concurrently, and each build must have the same text.
    const used = [...this.#available].filter(([name]) => this.#used.has(shortName(name)))
      .toSorted(([a], [b]) => a < b ? -1 : 1);
    if (new Set(used.map(([name]) => shortName(name))).size < used.length) {
      throw new Error("Cannot link the parts: two names have the same short name; rename one of them");
    }
    const imports = used.map(([name, path]) => `import { ${name} } from ${JSON.stringify(path)};`);
    const runtime = used.map(([name]) => `${shortName(name)}: ${name}`);
    const contents = `${imports.join("\n")}
export const linkPart = (part) => part.default({ ${runtime.join(", ")} });`;
    return { contents, loader: "js", resolveDir: ROOT };
  }
}

const isFile = (path: string): boolean => !/^\w+:/.test(path);

const pathOf = (path: string): string => path.startsWith("/") ? path : `${ROOT}${path}`;
