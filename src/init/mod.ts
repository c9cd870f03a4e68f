/**
 * Starts a project: a guest book with one page, one form, one action and three tests.
 *
 * ```sh
 * deno run -A jsr:@hyper/actions/init my-app
 * cd my-app
 * deno task dev
 * ```
 *
 * From a clone of the package it is `deno task init my-app`; the project is then linked to the clone.
 *
 * @module
 */
import { basename, fromFileUrl, join, resolve } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** The files of the project beside its `deno.json`: where they lie here, and where they go. */
const FILES: Readonly<Record<string, string>> = {
  "README.md": "README.md",
  // Under its own name it would decide what this package publishes.
  "gitignore": ".gitignore",
  "guestbook.ts": "guestbook.ts",
  "main.ts": "main.ts",
  "pages/layout.tsx": "pages/layout.tsx",
  "pages/page.tsx": "pages/page.tsx",
  "static/style.css": "static/style.css",
  "tests/page_test.tsx": "tests/page_test.tsx",
};

const PERMISSIONS = "--allow-env --allow-read --allow-write=.";

/** What {@linkcode startProject} has written. */
export interface StartedProject {
  /** The folder, as an absolute path. */
  readonly folder: string;
  /** The files in it, relative to the folder, in the order they were written. */
  readonly files: readonly string[];
}

/**
 * Writes the project into a folder that is empty or not there yet.
 *
 * @param folder Where, from the working directory.
 * @returns What was written.
 * @throws {TypeError} When something lies in the folder already; nothing is written then.
 *
 * @example
 * ```ts
 * import { startProject } from "@hyper/actions/init";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const { files } = await startProject(folder);
 * assert(files.includes("pages/page.tsx"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function startProject(folder: string): Promise<StartedProject> {
  const target = resolve(folder);
  await Deno.mkdir(target, { recursive: true });
  for await (const { name } of Deno.readDir(target)) {
    throw new TypeError(`Cannot start a project in "${folder}": "${name}" lies there already, name an empty folder`);
  }
  // Read before anything is written: what cannot be fetched leaves no half of a project behind.
  const files = new Map([["deno.json", `${JSON.stringify(projectConfig(), null, 2)}\n`]]);
  for (const [from, to] of Object.entries(FILES)) {
    files.set(to, await readText(new URL(`project/${from}`, import.meta.url)));
  }
  for (const [path, text] of files) {
    await Deno.mkdir(join(target, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(target, path), text);
  }
  return { folder: target, files: [...files.keys()] };
}

/** The `deno.json` of the project; where this module is a file of a clone, the clone stands in for the package. */
function projectConfig(): object {
  const { imports, links, name, version } = config;
  const root = new URL("../../", import.meta.url);
  const linked = root.protocol === "file:"
    ? { links: ["./", ...links].map((link) => fromFileUrl(new URL(link, root)).replace(/[/\\]$/, "")) }
    : {};
  return {
    tasks: {
      dev: `HYPER_DEV=1 deno serve --no-clear-screen --watch=pages ${PERMISSIONS} main.ts`,
      start: `deno serve ${PERMISSIONS} main.ts`,
      test: `GUESTBOOK=:memory: deno test ${PERMISSIONS}`,
    },
    imports: {
      [name]: `jsr:${name}@^${version}`,
      // What scripts of `static/` import by the address it is served at: for the editor and `deno check`.
      "/_hyper/client.js": `jsr:${name}@^${version}/client`,
      "@std/assert": imports["@std/assert"],
      "preact": imports.preact,
      // For `deno task`, which resolves what is named here before the program is looked at. Preact may stand beside its renderer
      // and would then be another copy than the one it has found: the first start of the project would end.
      "preact-render-to-string": imports["preact-render-to-string"],
    },
    compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" },
    ...linked,
  };
}

async function readText(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Cannot read ${url}: the answer was ${response.status}`);
  return await response.text();
}

if (import.meta.main) {
  const [folder, ...rest] = Deno.args;
  try {
    if (folder === undefined || folder.startsWith("-") || rest.length > 0) {
      throw new TypeError("Cannot start a project: name its folder and nothing else, as in `init my-app`");
    }
    await startProject(folder);
    // deno-lint-ignore no-console -- what to do next is what this program has to say
    console.log(`${basename(resolve(folder))} is ready:\n\n  cd ${folder}\n  deno task dev\n`);
  } catch (error) {
    // deno-lint-ignore no-console -- a slip of the person who typed needs its message, not the stack
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
