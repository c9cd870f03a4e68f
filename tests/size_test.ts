import { assertEquals, assertLess } from "@std/assert";
import { brotliCompressSync, constants } from "node:zlib";
import { CLIENT_FILES } from "../src/client_bundle.ts";

/**
 * Maximum download sizes, in bytes (brotli 11): the table of the design, except for `patch`, which was part of the initial
 * file there and now also keeps what the user chooses in the control with the focus and writes in an editable element, makes view transitions, and shows the title and the attributes of `<html>` of a refresh, which was part of `navigation` there, `live`, which also watches the regions of
 * layers and asks again for those that an older response has replaced, `triggers`, which also contains shortcuts and the dialog of `hyper-confirm`, `layers`, which also contains their history and
 * the dialog before the page,
 * `navigation`, which also shows late parts, fills the page cache, and renews a page after calls of the page before and calls whose answer was lost, `page_cache`, which was part of `navigation` there, and `translations` and `advice`, which few pages load.
 */
const LIMITS = {
  navigation: 4_570,
  page_cache: 1_400,
  prefetch: 1_300,
  feedback: 2_280,
  patch: 5_340,
  live: 4_050,
  extras: 2_000,
  indicators: 1_100,
  late: 2_000,
  hooks: 600,
  rows: 1_400,
  optimistic: 2_250,
  session: 800,
  triggers: 2_400,
  layers: 2_900,
  validate: 2_000,
  /** On a page in another language than English. */
  translations: 720,
  /** On a local address, when a target is missing. */
  advice: 250,
} as const;

/**
 * Maximum size of the initial download, in bytes. It was 10,000 before forms were sent by `hyper-on` and asked with `hyper-confirm`,
 * a lane had the mode `latest`, `hyper-off` disabled all attributes, a call had the address of its layer, and patches went below the
 * predictions of other calls.
 */
const INITIAL = 10_600;

Deno.test("the initial download of the runtime does not exceed its limit", () => {
  assertLess(bytesOf(startFiles()), INITIAL + 1);
});

for (const [part, limit] of Object.entries(LIMITS)) {
  Deno.test(`the part "${part}" of the runtime does not exceed its limit`, () => {
    assertLess(bytesOf([fileOf(part)]), limit + 1);
  });
}

Deno.test("the runtime has no other parts", () => {
  const known = [...startFiles(), ...Object.keys(LIMITS).map(fileOf)];
  assertEquals([...CLIENT_FILES.keys()].toSorted(), known.toSorted());
});

Deno.test("the initial download of the runtime is one file", () => {
  // A second file would be requested only after the first has arrived: one more round trip before the page reacts.
  assertEquals(startFiles(), ["client.js"]);
});

/** Returns `client.js` and all its static imports, which a page waits for. */
function startFiles(): string[] {
  const files = ["client.js"];
  for (const file of files) {
    const text = CLIENT_FILES.get(file)?.text ?? "";
    for (const [, name = ""] of text.matchAll(/(?:^|[;}])(?:import|export)[^'();]*'\.\/([^']+)'/g)) {
      if (!files.includes(name)) files.push(name);
    }
  }
  return files;
}

/** Returns the file of a part, whose name ends with that of the build. */
function fileOf(part: string): string {
  const name = [...CLIENT_FILES.keys()].find((name) => name.startsWith(`${part}-`));
  if (name === undefined) {
    throw new Error(
      `Cannot measure the part "${part}" of the runtime: the bundle has no such file; run "deno task bundle"`,
    );
  }
  return name;
}

function bytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + compressedBytes(CLIENT_FILES.get(name)?.text ?? ""), 0);
}

function compressedBytes(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).byteLength;
}
