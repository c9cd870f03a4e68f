/**
 * Writes the minified panel of development to `src/dev/panel_bundle.ts`: a part of `deno task bundle`. With `--check` it
 * writes nothing, and fails if the file is stale.
 */
import { fromFileUrl } from "@std/path";
import * as esbuild from "esbuild";

const ENTRY = fromFileUrl(import.meta.resolve("../../src/dev/client/main.ts"));
const BUNDLE = fromFileUrl(import.meta.resolve("../../src/dev/panel_bundle.ts"));

const source = formatModule(await bundlePanel());
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(BUNDLE, source);
} else if (source !== await Deno.readTextFile(BUNDLE)) {
  throw new Error("Cannot serve src/dev/panel_bundle.ts: it is older than src/dev/client, run `deno task bundle`");
}

async function bundlePanel(): Promise<string> {
  const { outputFiles: [file] } = await esbuild.build({
    entryPoints: [ENTRY],
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
  });
  await esbuild.stop();
  if (file === undefined) throw new Error(`Cannot bundle ${ENTRY}: esbuild returned no file`);
  return file.text;
}

function formatModule(text: string): string {
  return `/**
 * The panel of development, minified, so that the server can serve it without reading a file or asking the network.
 * Written by \`deno task bundle\` from \`src/dev/client\`; a test fails when it is older than its sources.
 *
 * @module
 */

/** The script. */
export const PANEL_SCRIPT: string = ${JSON.stringify(text)};
`;
}
