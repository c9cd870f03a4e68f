import { assertEquals, assertLess } from "@std/assert";
import { brotliCompressSync, constants } from "node:zlib";
import { CLIENT_FILES } from "../src/client_bundle.ts";

/**
 * What a page loads, in bytes after brotli at level 11, at most. The first is what we want; the others were reached.
 * `later` was 3,000 before it judged fetched documents (A1), read properties from their interfaces (A14) and held toasts.
 */
const LIMITS = {
  /** At the start. */
  start: 10_000,
  /** When one of its parts is first needed. */
  later: 4_250,
  /** With the first live topic. */
  live: 1_750,
  /** On a page in another language than English. */
  translations: 450,
} as const;

Deno.test("the runtime's start fits in its limit", () => {
  assertLess(bytesOf(startFiles()), LIMITS.start + 1);
});

for (const part of ["later", "live", "translations"] as const) {
  Deno.test(`the part of the runtime named "${part}" fits in its limit`, () => {
    assertLess(bytesOf([fileOf(part)]), LIMITS[part] + 1);
  });
}

Deno.test("the runtime has no other parts, but for advice that is loaded on a local address alone", () => {
  const known = [...startFiles(), ...["advice", "later", "live", "translations"].map(fileOf)];
  assertEquals([...CLIENT_FILES.keys()].toSorted(), known.toSorted());
});

Deno.test("the runtime starts from one file", () => {
  // A second file would be asked for only when the first has arrived: one more round trip before the page reacts.
  assertEquals(startFiles(), ["client.js"]);
});

/** `client.js` and all it imports statically, which a page waits for. */
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

/** The file of a part, whose name goes on with that of the build. */
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
