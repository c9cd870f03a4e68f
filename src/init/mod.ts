/**
 * Creates a project: a guest book with a page, a form, an action and three tests.
 *
 * ```sh
 * deno run -A jsr:@hyper/actions/init my-app
 * cd my-app
 * deno task dev
 * ```
 *
 * In a clone of the package, run `deno task init my-app`; the project is then linked to the clone.
 *
 * @module
 */
import { basename, fromFileUrl, join, resolve } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** The files of the project except its `deno.json`: their paths here and in the project. */
const FILES: Readonly<Record<string, string>> = {
  "README.md": "README.md",
  // As `.gitignore` it would exclude files of this package from publishing.
  "gitignore": ".gitignore",
  "guestbook.ts": "guestbook.ts",
  "main.ts": "main.ts",
  "pages/layout.tsx": "pages/layout.tsx",
  "pages/page.tsx": "pages/page.tsx",
  "static/style.css": "static/style.css",
  "tests/page_test.tsx": "tests/page_test.tsx",
};

const PERMISSIONS = "--allow-env --allow-read --allow-write=.";
const SERVE = `--allow-net ${PERMISSIONS} main.ts`;

/** The result of {@linkcode startProject}. */
export interface StartedProject {
  /** The folder, as an absolute path. */
  readonly folder: string;
  /** The paths of its files from the folder, in the order of writing. */
  readonly files: readonly string[];
}

/**
 * Writes the project to a folder that is empty or does not exist.
 *
 * @param folder The folder, from the working directory.
 * @returns The folder and its files.
 * @throws {TypeError} When the folder is not empty; nothing is written then.
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
    throw new TypeError(`Cannot start a project in "${folder}": it contains "${name}"; name an empty folder`);
  }
  // All are read before one is written, so that a failed download does not leave half a project.
  const files = new Map([["deno.json", `${JSON.stringify(projectConfig(), null, 2)}\n`]]);
  for (const [from, to] of Object.entries(FILES)) {
    files.set(to, await fetchText(new URL(`project/${from}`, import.meta.url)));
  }
  for (const [path, text] of files) {
    await Deno.mkdir(join(target, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(target, path), text);
  }
  return { folder: target, files: [...files.keys()] };
}

/** Returns the `deno.json` of the project. If this module is a file of a clone, the project is linked to the clone. */
function projectConfig(): object {
  const { imports, links, name, version } = config;
  const root = new URL("../../", import.meta.url);
  const linked = root.protocol === "file:"
    ? { links: ["./", ...links].map((link) => fromFileUrl(new URL(link, root)).replace(/[/\\]$/, "")) }
    : {};
  return {
    tasks: {
      dev: `HYPER_DEV=1 deno run --no-clear-screen --watch=pages ${SERVE}`,
      start: `deno run ${SERVE}`,
      test: `GUESTBOOK=:memory: deno test ${PERMISSIONS}`,
    },
    imports: {
      [name]: `jsr:${name}@^${version}`,
      // The URL by which scripts in `static/` import the runtime, for the editor and `deno check`.
      "/_hyper/client.js": `jsr:${name}@^${version}/client`,
      "@std/assert": imports["@std/assert"],
      "preact": pinned(imports.preact),
      // For `deno task`, which resolves these imports before it reads the program. Without this line, the renderer could get
      // another copy of Preact, and the first start of the project would fail.
      "preact-render-to-string": pinned(imports["preact-render-to-string"]),
    },
    compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" },
    ...linked,
  };
}

/** Removes the caret of a version: a new project gets the versions that its tests were run with. */
function pinned(specifier: string): string {
  return specifier.replace("@^", "@");
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Cannot read "${url}": the response has status ${response.status}`);
  return await response.text();
}

if (import.meta.main) {
  const [folder, ...rest] = Deno.args;
  try {
    if (folder === undefined || folder.startsWith("-") || rest.length > 0) {
      throw new TypeError("Cannot start a project: name its folder and nothing else, as in `init my-app`");
    }
    await startProject(folder);
    // deno-lint-ignore no-console -- prints the next steps
    console.log(
      `${basename(resolve(folder))} is ready:\n\n  cd ${folder}\n  deno task dev\n\n` +
        "Then open pages/page.tsx and change it: the page in the browser follows. `deno task test` runs the tests.\n",
    );
  } catch (error) {
    // deno-lint-ignore no-console -- a wrong argument needs the message, not the stack
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
