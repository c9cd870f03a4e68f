import { assertEquals, assertLess } from "@std/assert";
import { brotliCompressSync, constants } from "node:zlib";
import { CLIENT_FILES } from "../src/client_bundle.ts";

/**
 * What a page loads at the start, and what it loads later in all, at most: bytes after brotli at level 11. The numbers that
 * were reached, held; the aim is 10,000 for the start, and for the rest 3,000 and 1,300 more for tabs that share a stream.
 */
const LIMITS = { start: 10_710, later: 4_300 };

/** Advice for a developer, which is loaded on a local address alone: no visitor ever loads it. */
const DEVELOPMENT = /^advice-/;

Deno.test("the runtime's start fits in its limit", () => {
  assertLess(bytesOf(startFiles()), LIMITS.start + 1);
});

Deno.test("what the runtime loads later fits in its limit", () => {
  const start = startFiles();
  const later = [...CLIENT_FILES.keys()].filter((name) => !start.includes(name) && !DEVELOPMENT.test(name));
  assertLess(bytesOf(later), LIMITS.later + 1);
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
    for (const [, name = ""] of text.matchAll(/(?:^|[;}])(?:import|export)[^"();]*"\.\/([^"]+)"/g)) {
      if (!files.includes(name)) files.push(name);
    }
  }
  return files;
}

function bytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + compressedBytes(CLIENT_FILES.get(name)?.text ?? ""), 0);
}

function compressedBytes(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).byteLength;
}
