// The HTML of shared regions, rendered once for everyone until one of their topics changes.
import type { Region } from "./region.ts";

/** Maximum number of renders that are kept, and of their UTF-16 code units. */
const MAX_KEPT = 1_000;
const MAX_CHARS = 16_777_216;

/** A render, finished or not. */
interface Kept {
  /** The version of the topics before it began. */
  readonly version: number;
  /** The time at which it is out of date without a change. */
  readonly until: number;
  readonly html: Promise<string>;
  /** UTF-16 code units, once it has finished. */
  size: number;
}

/** The renders of a handler. */
export class SharedRenders {
  readonly #versionOf: (topics: readonly string[]) => number;
  /** By name, instance and topics; the oldest first. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  readonly #now: () => number;

  /**
   * @param versionOf Returns a number that grows when one of the topics changes.
   * @param now Returns the time, in milliseconds.
   */
  constructor(versionOf: (topics: readonly string[]) => number, now: () => number = () => performance.now()) {
    this.#versionOf = versionOf;
    this.#now = now;
  }

  /** Returns the HTML of an instance. Those who ask at the same time share one render; one that fails is not kept. */
  get(
    { name, every }: Region,
    instance: string | null,
    topics: readonly string[],
    render: () => Promise<string>,
  ): Promise<string> {
    const key = JSON.stringify([name, instance, topics]);
    const version = this.#versionOf(topics);
    const now = this.#now();
    const known = this.#kept.get(key);
    if (known !== undefined && known.version === version && now < known.until) return known.html;
    this.#forget(key, known);
    const kept: Kept = { version, until: every === null ? Infinity : now + every * 1000, html: render(), size: 0 };
    this.#kept.set(key, kept);
    kept.html.then((html) => this.#finish(key, kept, html), () => this.#forget(key, kept));
    return kept.html;
  }

  #finish(key: string, kept: Kept, { length }: string): void {
    if (this.#kept.get(key) !== kept) return;
    kept.size = length;
    this.#size += length;
    for (const [oldest, each] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT && this.#size <= MAX_CHARS) return;
      this.#forget(oldest, each);
    }
  }

  #forget(key: string, kept: Kept | undefined): void {
    if (kept === undefined || this.#kept.get(key) !== kept) return;
    this.#kept.delete(key);
    this.#size -= kept.size;
  }
}
