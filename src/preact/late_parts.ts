// Parts of a page that are sent after it, each as soon as it is ready, without a script: HTML, "Out-of-order streaming" (2026).
//
// ```
// <main><?start name="x-1">Loading…<?end></main><footer>…</footer>      at once
// <template for="x-1"><ul>…</ul></template>                             later, at the end of <body>
// ```

import { isPromiseLike } from "../callback.ts";
import { lateMarkOf } from "../protocol/late_names.ts";

/** Content that waits, in the list of pieces of a page. */
export class LatePart {
  /** The pieces of the content; some are promises. */
  readonly content: unknown;
  /** The pieces of the fallback, which is shown meanwhile. */
  readonly fallback: unknown;
  #ready: Promise<readonly Piece[]> | null = null;

  constructor(content: unknown, fallback: unknown) {
    this.content = content;
    this.fallback = fallback;
  }

  /** The content when nothing in it waits any more. */
  get ready(): Promise<readonly Piece[]> {
    return this.#ready ??= settlePieces(this.content);
  }
}

/** The place for the templates of late parts, in the list of pieces of a page. */
export const TEMPLATES: object = Object.freeze({});

/** A piece of content that is ready. */
type Piece = string | LatePart;

/** Options for {@linkcode LateParts}. */
export interface LateOptions {
  /** Milliseconds for which the page waits for its parts, before it is sent with their fallbacks. */
  readonly waitMs: number;
  /** Called with the error of a part; returns the HTML in its place. */
  readonly onError: (error: unknown) => string;
  /** If `true`, the page and each template are followed by a mark. Default: `false`. */
  readonly isMarked?: boolean;
}

/** The late parts of one response. */
export class LateParts {
  readonly #onError: LateOptions["onError"];
  readonly #deadline: number;
  /** The beginning of the names. Unguessable: the HTML of a user may contain markers and templates. */
  readonly prefix: string = crypto.randomUUID();
  /** The mark after the page and each template, or an empty string. */
  readonly mark: string;
  #count = 0;
  /** Parts that were sent as a fallback, and whose template is not ready. */
  #open = 0;
  readonly #templates: string[] = [];
  #wake = (): void => {};

  constructor({ waitMs, onError, isMarked = false }: LateOptions) {
    this.mark = isMarked ? lateMarkOf(this.prefix) : "";
    this.#onError = onError;
    this.#deadline = performance.now() + waitMs;
  }

  /**
   * Returns the pieces for a part: its content if that is ready in time, else its fallback between markers.
   *
   * @throws {unknown} The error of the part, in that time.
   */
  async write(part: LatePart): Promise<readonly Piece[]> {
    const content = await this.#inTime(part);
    if (content !== null) return content;
    const name = this.#newName();
    this.#await(name, part);
    return [startOf(name), ...await settlePieces(part.fallback), END];
  }

  async #inTime(part: LatePart): Promise<readonly Piece[] | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), Math.max(0, this.#deadline - performance.now()));
    });
    try {
      return await Promise.race([part.ready, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Yields a mark, and the templates of all parts that were sent as a fallback, each when it is ready. */
  async *templates(): AsyncGenerator<string, void, void> {
    if (this.#isOver()) return;
    if (this.mark !== "") yield this.mark;
    while (!this.#isOver()) {
      const template = this.#templates.shift();
      if (template === undefined) await new Promise<void>((resolve) => this.#wake = resolve);
      else yield template + this.mark;
    }
  }

  #isOver(): boolean {
    return this.#open === 0 && this.#templates.length === 0;
  }

  #newName(): string {
    return `${this.prefix}-${++this.#count}`;
  }

  #await(name: string, part: LatePart): void {
    this.#open++;
    const nested: [string, LatePart][] = [];
    this.#markup(part, nested).catch((error) => {
      nested.length = 0;
      return this.#onError(error);
    }).then((html) => {
      this.#templates.push(`<template for="${name}">${html}</template>`);
      // After the template that contains their markers.
      for (const each of nested) this.#await(...each);
      this.#open--;
      this.#wake();
    });
  }

  /** Returns the HTML of a part when it is ready, and collects the late parts in it. */
  async #markup(part: LatePart, nested: [string, LatePart][]): Promise<string> {
    let html = "";
    const left = [...await part.ready].reverse();
    for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
      if (typeof piece === "string") {
        html += piece;
        continue;
      }
      const name = this.#newName();
      nested.push([name, piece]);
      left.push(...[startOf(name), ...await settlePieces(piece.fallback), END].reverse());
    }
    return html;
  }
}

const END = "<?end>";

function startOf(name: string): string {
  return `<?start name="${name}">`;
}

/** Returns whether pieces contain a promise. */
export function waits(pieces: unknown): boolean {
  return Array.isArray(pieces) ? pieces.some(waits) : isPromiseLike(pieces);
}

/** Handles rejections: after one part has failed, nothing awaits the others, and an unhandled rejection ends the process. */
export function ignoreRejections(part: unknown): void {
  if (isPromiseLike(part)) part.then(ignoreRejections, () => {});
  else if (Array.isArray(part)) { for (const each of part) ignoreRejections(each); }
}

/** Returns pieces in order when none is a promise any more. */
async function settlePieces(pieces: unknown): Promise<readonly Piece[]> {
  const ready: Piece[] = [];
  const left: unknown[] = [pieces];
  while (left.length > 0) {
    const part = await left.pop();
    if (typeof part === "string" || part instanceof LatePart) ready.push(part);
    else if (Array.isArray(part)) left.push(...part.toReversed());
  }
  return ready;
}
