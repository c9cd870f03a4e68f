/** Notes the temporary files that are made while it is in use, so that a test can ask which of them are still there. */
export class TempFiles implements Disposable {
  readonly #makeTempFile = Deno.makeTempFile;
  readonly #made: string[] = [];

  constructor() {
    Deno.makeTempFile = async (options) => {
      const path = await this.#makeTempFile(options);
      this.#made.push(path);
      return path;
    };
  }

  /** How many have been made. */
  get count(): number {
    return this.#made.length;
  }

  /** Those that are still there. */
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
    Deno.makeTempFile = this.#makeTempFile;
  }
}
