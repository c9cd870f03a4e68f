/**
 * Creates a project from a template: `minimal`, a guest book with a page, a form, an action and three tests; or `app`, an application
 * with accounts, SQLite, tests, a Dockerfile and a CI workflow.
 *
 * ```sh
 * deno run -A jsr:@hyper/actions/init my-app
 * deno run -A jsr:@hyper/actions/init my-app --template app
 * ```
 *
 * In a clone of the package, run `deno task init my-app`; the project is then linked to the clone.
 *
 * @module
 */
import { basename, fromFileUrl, join, resolve } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { findTemplate, type Template, TEMPLATES } from "./templates.ts";

export type { Template };

const PERMISSIONS = "--allow-env --allow-read --allow-write=.";
const SERVE = `--allow-net ${PERMISSIONS} main.ts`;

/** Options for {@linkcode startProject}. */
export interface StartProjectOptions {
  /** The template. Default: `minimal`. */
  readonly template?: Template | undefined;
}

/** The result of {@linkcode startProject}. */
export interface StartedProject {
  /** The folder, as an absolute path. */
  readonly folder: string;
  /** The paths of its files from the folder, in the order of writing. */
  readonly files: readonly string[];
}

/**
 * Writes a project to a folder that is empty or does not exist.
 *
 * @param folder The folder, from the working directory.
 * @param options The template.
 * @returns The folder and its files.
 * @throws {TypeError} When the folder is not empty; nothing is written then.
 *
 * @example
 * ```ts
 * import { startProject } from "@hyper/actions/init";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const { files } = await startProject(folder, { template: "app" });
 * assert(files.includes("pages/sign-in/page.tsx"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function startProject(folder: string, options: StartProjectOptions = {}): Promise<StartedProject> {
  const { template = "minimal" } = options;
  const target = resolve(folder);
  await Deno.mkdir(target, { recursive: true });
  for await (const { name } of Deno.readDir(target)) {
    throw new TypeError(`Cannot start a project in "${folder}": it contains "${name}"; name an empty folder`);
  }
  // All are read before one is written, so that a failed download does not leave half a project.
  const files = await readFiles(template);
  for (const [path, text] of files) {
    await Deno.mkdir(join(target, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(target, path), text);
  }
  return { folder: target, files: [...files.keys()] };
}

/** Reads the files of a project, by their paths in it. */
async function readFiles(template: Template): Promise<Map<string, string>> {
  const files = new Map([["deno.json", `${JSON.stringify(projectConfig(), null, 2)}\n`]]);
  for (const [from, to = from] of TEMPLATES[template].files) {
    const text = await fetchText(new URL(`project/${template}/${from}`, import.meta.url));
    files.set(to, text.replaceAll("DENO_VERSION", Deno.version.deno));
  }
  return files;
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
      test: `DATA=:memory: deno test ${PERMISSIONS}`,
      ok: "deno fmt --check && deno lint && deno check && deno task test",
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

/** Reads the arguments of the command: a folder, and `--template` with a name. */
function readArguments(args: readonly string[]): { readonly folder: string; readonly template: Template } {
  const separate = args.flatMap((arg) => arg.startsWith("--template=") ? ["--template", arg.slice(11)] : [arg]);
  const flag = separate.indexOf("--template");
  const [, template = "minimal"] = flag < 0 ? [] : separate.splice(flag, 2);
  const [folder, ...rest] = separate;
  if (folder === undefined || folder.startsWith("-") || rest.length > 0) {
    throw new TypeError(
      "Cannot start a project: name its folder and nothing else but a template, as in `init my-app --template app`",
    );
  }
  return { folder, template: findTemplate(template) };
}

/** Returns the next steps, for the console. */
function nextSteps(folder: string, template: Template): string {
  return [
    `${basename(resolve(folder))} is ready. ${TEMPLATES[template].about}`,
    `  cd ${folder}\n  deno task dev`,
    "Open the link that it prints. Then change pages/page.tsx: the page in the browser follows.",
    "  deno task test    runs the tests\n  deno task ok      also checks format, lint and types",
    "README.md describes the files. Next: the tutorial, examples/showcase/guides/tutorial.md of @hyper/actions.\n",
  ].join("\n\n");
}

if (import.meta.main) {
  try {
    const { folder, template } = readArguments(Deno.args);
    await startProject(folder, { template });
    // deno-lint-ignore no-console -- prints the next steps
    console.log(nextSteps(folder, template));
  } catch (error) {
    // deno-lint-ignore no-console -- a wrong argument needs the message, not the stack
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
