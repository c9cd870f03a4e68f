/**
 * Writes the minified base style to `src/style/base_css.ts`: a part of `deno task bundle`. With `--check` it writes nothing, and
 * fails if the file is stale.
 */
import { createHash } from "node:crypto";
import { fromFileUrl } from "@std/path";
import * as esbuild from "esbuild";

const SOURCE = fromFileUrl(import.meta.resolve("../../src/style/base.css"));
const OUTPUT = fromFileUrl(import.meta.resolve("../../src/style/base_css.ts"));

const { code } = await esbuild.transform(await Deno.readTextFile(SOURCE), {
  loader: "css",
  minify: true,
  // As it is written: the source uses what browsers of the last three years know.
  target: "esnext",
  charset: "utf8",
});
await esbuild.stop();
const module = `/**
 * The base style, minified, so that the server can serve it without reading a file or using the network. Written by
 * \`deno task bundle\` from \`base.css\`; a test fails when it is older.
 *
 * @module
 */

/** The style sheet. */
export const BASE_STYLE: string = ${JSON.stringify(code.trim())};
/** Its strong ETag. */
export const BASE_STYLE_ETAG: string = ${JSON.stringify(etagOf(code))};
`;
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(OUTPUT, module);
} else if (module !== await Deno.readTextFile(OUTPUT)) {
  throw new Error("Cannot serve src/style/base_css.ts: it is older than src/style/base.css, run `deno task bundle`");
}

function etagOf(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 16)}"`;
}
