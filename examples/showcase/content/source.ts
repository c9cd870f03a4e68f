/** Reads source files to display them: the same files that run. */

const ROOT = new URL("../", import.meta.url);
// Files do not change while the program runs, so each is read once.
const files = new Map<string, Promise<string>>();

/**
 * Reads a file.
 *
 * @param path Its path from `examples/showcase`, from this program, never from user input.
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
