/**
 * Writes the minified browser runtime to `src/client_bundle.ts`, so that the server can serve it without reading a file or
 * using the network: `deno task bundle`. With `--check` it writes nothing, and fails if the file is stale.
 *
 * `bundle_parts.ts` puts dynamic imports of the runtime into separate files; terser then makes each a few percent smaller.
 * `deno.lock` pins both, so that the same sources produce the same bytes on every machine.
 */
import { createHash } from "node:crypto";
import { fromFileUrl } from "@std/path";
import { minify } from "terser";
import { PROTOCOL_VERSION } from "../../src/protocol/page_mark.ts";
import { buildFiles, ENTRY_NAME } from "./bundle_parts.ts";

/** Placeholder for the name of the build, which depends on the code. */
const BUILD_MARK = "%build%";

const BUNDLE = fromFileUrl(import.meta.resolve("../../src/client_bundle.ts"));

if (import.meta.main) {
  const source = formatModule(await bundleClient());
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(BUNDLE, source);
  } else if (source !== await Deno.readTextFile(BUNDLE)) {
    throw new Error("Cannot serve src/client_bundle.ts: it is older than src/client, run `deno task bundle`");
  }
}

interface Bundle {
  /** The name of the build. */
  readonly build: string;
  /** Files of the runtime by name. A page loads `client.js`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Builds the files of the runtime. */
async function bundleClient(): Promise<Bundle> {
  const { entry, parts } = await buildFiles({ HYPER_BUILD: JSON.stringify(BUILD_MARK) });
  const files = new Map([[ENTRY_NAME, await shrink(entry)]]);
  for (const { name, text } of parts.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    files.set(name, await shrink(text));
  }
  return nameByBuild(files, new Map(parts.map(({ name, uses }) => [name, uses])));
}

/** Makes a file a few percent smaller. */
async function shrink(text: string): Promise<string> {
  const { code } = await minify(text, {
    module: true,
    ecma: 2020,
    compress: {
      passes: 3,
      unsafe: true,
      unsafe_methods: true,
      // Equal comparisons are written in the same way, which compresses better.
      comparisons: false,
      unsafe_arrows: true,
      pure_getters: true,
      hoist_props: true,
      hoist_funs: true,
    },
    // All quotes are single: attribute selectors in strings need double quotes.
    format: { quote_style: 1 },
  });
  if (code === undefined) throw new Error("Cannot minify the runtime: terser returned no code");
  return code;
}

/**
 * Names a part after what it uses of the initial file and exports to it, and after the build. If an open page of an earlier
 * build requests a part and the first of the two is equal, the server sends the current part (`src/respond/library_file.ts`).
 */
function nameByBuild(files: ReadonlyMap<string, string>, uses: ReadonlyMap<string, readonly string[]>): Bundle {
  // Four characters of 36: two builds share a name once in a million times.
  const build = digestOf([...files.values()].join("\n"));
  const names = new Map([...uses].map(([name, used]) => {
    const contract = digestOf(JSON.stringify([PROTOCOL_VERSION, ...used]));
    return [name, name.replace(".js", `-${contract}-${build}.js`)];
  }));
  const renamed = [...files].map(([name, text]): [string, string] => [
    names.get(name) ?? name,
    text.replaceAll(BUILD_MARK, build).replace(/(?<=['"`]\.\/)\w+\.js/g, (part) => names.get(part) ?? part),
  ]);
  return { build, files: new Map(renamed) };
}

function digestOf(text: string): string {
  return (createHash("sha256").update(text).digest().readUInt32BE() % 36 ** 4).toString(36).padStart(4, "0");
}

function formatModule({ build, files }: Bundle): string {
  const entries = [...files].map(([name, text]) => {
    const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
    return `  [${JSON.stringify(name)}, { etag: ${JSON.stringify(etag)}, text: ${JSON.stringify(text)} }],\n`;
  });
  return `/**
 * The browser runtime, minified, so that the server can serve it without reading a file or asking the network. Written
 * by \`deno task bundle\` from \`client.ts\`; a test fails when it is older than its sources.
 *
 * @module
 */

/** One script of the runtime. */
export interface ClientFile {
  /** A strong entity tag, quoted: a hash of the text. */
  readonly etag: string;
  /** The script. */
  readonly text: string;
}

/** The name of this build of the runtime: no other has it. */
export const CLIENT_BUILD = "${build}";

/** The scripts of the runtime by file name: \`client.js\`, and the parts that it loads when they are first needed. */
export const CLIENT_FILES: ReadonlyMap<string, ClientFile> = new Map([
${entries.join("")}]);
`;
}
