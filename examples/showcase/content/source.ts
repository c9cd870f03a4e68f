/** The source files that the site shows: the same files that run. */

const ROOT = new URL("../", import.meta.url);
// Each file is read once: it does not change while the program runs.
const files = new Map<string, Promise<string>>();

/**
 * Reads a file.
 *
 * @param path Its path from `examples/showcase`. Do not pass user input.
 */
export function readFile(path: string): Promise<string> {
  let text = files.get(path);
  if (text === undefined) {
    text = Deno.readTextFile(new URL(path, ROOT));
    files.set(path, text);
  }
  return text;
}
