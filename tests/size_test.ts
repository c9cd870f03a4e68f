import { assertEquals, assertLess } from "@std/assert";
import { brotliCompressSync, constants } from "node:zlib";
import { CLIENT_FILES } from "../src/client_bundle.ts";

/**
 * Maximum download sizes, in bytes (brotli 11). The first is a goal; the others are what was reached. `start` was 10,000 before
 * forms were sent as HTML requires (unknown methods and encodings, `text/plain`) and to the action in the URL of their button (D8,
 * D18), denied choices were reverted (D10), calls sent the address bar, a navigation ended the streams of the page it leaves,
 * failures had a default style, closed with Escape or with their cause, and shared a message, and a morph compared three values of
 * attributes, left the focused text to the user, and parsed as a page with scripts does (D1, D2, D6, D19). `later` was 3,000 before
 * it checked fetched documents (A1), read properties from their interfaces (A14) and kept toasts, and 4,250 before it fired the
 * events of navigations, synchronized accepted forms, showed errors on the form that was sent, and toasts could be closed.
 * `instant.md` allows 8,000 for its parts.
 */
const LIMITS = {
  /** Initial download. */
  start: 11_000,
  /** Downloaded when one of its parts is first needed. */
  later: 5_700,
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
