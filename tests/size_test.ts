import { assertEquals, assertLess } from "@std/assert";
import { brotliCompressSync, constants } from "node:zlib";
import { CLIENT_FILES } from "../src/client_bundle.ts";

/**
 * Maximum download sizes, in bytes (brotli 11).
 *
 * The limit of `start` is a goal. The others are the current sizes, rounded up: raise one only for a feature that is worth its
 * bytes.
 */
const LIMITS = {
  /** Initial download. */
  start: 11_050,
  /** Downloaded when one of its parts is first needed. */
  later: 6_150,
  /** Downloaded with the first live topic. */
  live: 1_750,
  /** On a page in another language than English. */
  translations: 450,
} as const;

Deno.test("the initial download of the runtime does not exceed its limit", () => {
  assertLess(bytesOf(startFiles()), LIMITS.start + 1);
});

for (const part of ["later", "live", "translations"] as const) {
  Deno.test(`the part "${part}" of the runtime does not exceed its limit`, () => {
    assertLess(bytesOf([fileOf(part)]), LIMITS[part] + 1);
  });
}

Deno.test("the runtime has no other parts, except advice that is loaded only on a local address", () => {
  const known = [...startFiles(), ...["advice", "later", "live", "translations"].map(fileOf)];
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
