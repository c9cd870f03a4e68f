/** Files of the examples, read to be shown: the very ones that run. */

const ROOT = new URL("../", import.meta.url);
// A file does not change while the program runs; each is read once.
const files = new Map<string, Promise<string>>();

/**
 * Reads a file.
 *
 * @param path Its path from `examples/showcase`, as this program wrote it: never one from a visitor.
 * @returns Its text.
 */
export function readFile(path: string): Promise<string> {
  let text = files.get(path);
  if (text === undefined) {
    text = Deno.readTextFile(new URL(path, ROOT));
    files.set(path, text);
  }
  return text;
}
