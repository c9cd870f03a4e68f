import { assertEquals, assertLess } from "@std/assert";
import { brotliCompressSync, constants } from "node:zlib";
import { CLIENT_FILES } from "../src/client_bundle.ts";

/**
 * Maximum sizes of the parts of the runtime, in bytes after brotli at level 11. `later` was 3,000 before it checked fetched
 * documents (A1), read properties from their interfaces (A14) and contained toasts.
 */
const LIMITS = {
  /** Initial download. */
  start: 10_000,
  /** Loaded on first use of one of its parts. */
  later: 4_250,
  /** Loaded with the first live topic. */
  live: 1_750,
} as const;

Deno.test("the initial part of the runtime fits in its limit", () => {
  assertLess(bytesOf(startFiles()), LIMITS.start + 1);
});

for (const part of ["later", "live"] as const) {
  Deno.test(`the part of the runtime named "${part}" fits in its limit`, () => {
    assertLess(bytesOf([fileOf(part)]), LIMITS[part] + 1);
  });
}

Deno.test("the runtime has no other parts, except hints that are loaded only on a local address", () => {
  const known = [...startFiles(), ...["advice", "later", "live"].map(fileOf)];
  assertEquals([...CLIENT_FILES.keys()].toSorted(), known.toSorted());
});

Deno.test("the runtime starts from one file", () => {
  // The browser would request a second file only after the first: one more round trip before the page reacts.
  assertEquals(startFiles(), ["client.js"]);
});

/** Returns `client.js` and its static imports, for which a page waits. */
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

/** Returns the file of a part. The name of its build follows the name of the part. */
function fileOf(part: string): string {
  const name = [...CLIENT_FILES.keys()].find((name) => name.startsWith(`${part}-`));
  if (name === undefined) {
    throw new Error(`Cannot weigh the part "${part}" of the runtime: the bundle has no such file`);
  }
  return name;
}

function bytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + compressedBytes(CLIENT_FILES.get(name)?.text ?? ""), 0);
}

function compressedBytes(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).byteLength;
}
