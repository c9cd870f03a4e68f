/** Records the temporary files that are created while it is in use, so that a test can ask which of them still exist. */
import fs from "node:fs/promises";

export class TempFiles implements Disposable {
  readonly #open = fs.open;
  readonly #made: string[] = [];

  constructor() {
    fs.open = async (path, flags, mode) => {
      const file = await this.#open(path, flags, mode);
      if (flags === "wx") this.#made.push(String(path));
      return file;
    };
  }

  /** Number of files that were created. */
  get count(): number {
    return this.#made.length;
  }

  /** Files that still exist. */
  get left(): string[] {
    return this.#made.filter((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    });
  }

  [Symbol.dispose](): void {
    fs.open = this.#open;
  }
}
