/**
 * Writes the minified browser runtime to `src/client_bundle.ts`, so that the server can serve it without reading a file or
 * using the network: `deno task bundle`. With `--check` it writes nothing, and fails if the file is stale.
 *
 * esbuild puts dynamic imports of `client.ts` into separate files; terser then makes each a few percent smaller.
 * `deno.lock` pins both, so that the same sources produce the same bytes on every machine.
 */
import { createHash } from "node:crypto";
import { basename, fromFileUrl } from "@std/path";
import * as esbuild from "esbuild";
import { minify } from "terser";

/** Placeholder for the name of the build, which depends on the code. */
const BUILD_MARK = "%build%";

const ENTRY = fromFileUrl(import.meta.resolve("../../client.ts"));
const BUNDLE = fromFileUrl(import.meta.resolve("../../src/client_bundle.ts"));

/** Browsers of the last three years: private members, static blocks, `Array.prototype.at`. */
const TARGET = "es2022";

/**
 * Properties that only the files of the runtime use, so that their names can be shortened. Properties that a page can see
 * (options, outcomes, details of events, `Hyper`) must not be in this list: a test compares it with the documentation of
 * `client.ts`, and the browser tests run the bundle.
 */
export const INTERNAL: readonly string[] = [
  "again",
  "beginLoading",
  "changeWithTiming",
  "checkpoint",
  "clearFailure",
  "clearErrors",
  "connection",
  "controller",
  "createPages",
  "destinationOf",
  "enctype",
  "endLoading",
  "failures",
  "fields",
  "focusNear",
  "hasFile",
  "hasStreamed",
  "updateIndicators",
  "similarity",
  "loadScript",
  "morphElement",
  "mayLeavePage",
  "newId",
  "markUnsaved",
  "parsePage",
  "pageTexts",
  "patchSignals",
  "retryInterval",
  "seen",
  "setEntry",
  "showFailure",
  "since",
  "showToast",
  "sequence",
  "trustedPolicy",
  "turn",
  "uploadBody",
  "words",
];

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
  const { outputFiles } = await esbuild.build({
    entryPoints: [ENTRY],
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: TARGET,
    charset: "utf8",
    legalComments: "none",
    chunkNames: "[name]",
    outdir: "/",
    write: false,
    define: { HYPER_BUILD: JSON.stringify(BUILD_MARK) },
    mangleProps: new RegExp(`^(${INTERNAL.join("|")})$`),
  });
  await esbuild.stop();
  const files = new Map<string, string>();
  for (const { path, text } of outputFiles.toSorted((a, b) => a.path < b.path ? -1 : 1)) {
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
    if (code === undefined) throw new Error(`Cannot minify ${path}: terser returned no code`);
    files.set(basename(path), code);
  }
  return nameByBuild(files);
}

/**
 * Names the parts uniquely for the build: an open page must not load a part of a later build, which has other
 * shortened names. One name for all parts takes fewer bytes than one for each.
 */
function nameByBuild(files: ReadonlyMap<string, string>): Bundle {
  const digest = createHash("sha256").update([...files.values()].join("\n")).digest();
  // Four characters of 36: two builds share a name once in a million times.
  const build = (digest.readUInt32BE() % 36 ** 4).toString(36).padStart(4, "0");
  const named = (name: string) => name === basename(ENTRY, ".ts") + ".js" ? name : name.replace(".js", `-${build}.js`);
  const renamed = [...files].map(([name, text]): [string, string] => [
    named(name),
    text.replaceAll(BUILD_MARK, build)
      .replace(/(?<=import\(')\.\/([^']+)(?='\))/g, (_, part: string) => `./${named(part)}`),
  ]);
  return { build, files: new Map(renamed) };
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
