/**
 * One open stream of a topic: what waits for it, bounded.
 *
 * @module
 */
import type { LiveStep } from "./message.ts";

/** How many steps may wait for a stream; one more, and it is told to look at the whole state in place of all of them. */
export const MAX_WAITING = 256;
/** How many characters of JSON may wait for it, unless it is one step alone. */
export const MAX_WAITING_CHARS: number = 1024 * 1024;

interface Waiting {
  readonly step: LiveStep;
  readonly size: number;
}

/** The queue between a topic and one stream of it. */
export class Watcher implements AsyncDisposable {
  /** What waits, in order. */
  #queue: Waiting[] = [];
  /** The sum of their sizes. */
  #size = 0;
  /** Wakes the reader that waits; `null` while none does. */
  #wake: (() => void) | null = null;
  #ended = false;
  readonly #onEnd: () => void | Promise<void>;

  /** @param onEnd Called once, when nobody reads any more. */
  constructor(onEnd: () => void | Promise<void>) {
    this.#onEnd = onEnd;
  }

  /** Whether nobody reads any more. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * Adds steps. A look at the state takes the place of an earlier one of the same part that still waits: what it shows is
   * found when it is read, and is what both were about.
   *
   * @param steps What there is to do.
   * @param size How many characters of JSON they are.
   */
  push(steps: readonly LiveStep[], size: number): void {
    if (this.#ended) return;
    for (const step of steps) {
      const waiting = { step, size: size / steps.length };
      if (step.kind === "refresh") this.#replaceRefresh(waiting, step);
      else if (step.kind === "catchUp") this.#replaceCatchUp(waiting);
      else this.#add(waiting);
    }
    this.#wake?.();
  }

  /** What there is to do next; waits for it. `null` when the stream was ended. */
  async next(): Promise<LiveStep | null> {
    while (this.#queue.length === 0 && !this.#ended) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = null;
    }
    const waiting = this.#queue.shift();
    if (waiting === undefined || this.#ended) return null;
    this.#size -= waiting.size;
    return waiting.step;
  }

  /** Ends it: whoever waits in `next()` gets `null`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#wake?.();
    await this.#onEnd();
  }

  #add(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.#size += waiting.size;
    if (this.#queue.length > MAX_WAITING || (this.#size > MAX_WAITING_CHARS && this.#queue.length > 1)) {
      this.#overflow();
    }
  }

  #replaceCatchUp(waiting: Waiting): void {
    this.#queue = this.#queue.filter(({ step }) => step.kind !== "catchUp");
    this.#add(waiting);
  }

  #replaceRefresh(waiting: Waiting, step: Extract<LiveStep, { kind: "refresh" }>): void {
    const at = this.#queue.findIndex((each) => each.step.kind === "refresh" && each.step.selector === step.selector);
    const [old] = at === -1 ? [] : this.#queue.splice(at, 1);
    if (old === undefined) return this.#add(waiting);
    this.#size -= old.size;
    // It is no longer about one change alone, so that the tab of that change may not skip it.
    const isSame = old.step.kind === "refresh" && old.step.marks.echo === step.marks.echo;
    this.#add(isSame ? waiting : { ...waiting, step: { ...step, marks: { id: step.marks.id } } });
  }

  /** All that waits becomes one look at the whole state, up to the last of it. */
  #overflow(): void {
    const steps = this.#queue.map(({ step }) => step);
    this.#queue = steps.some((step) => step.kind === "ask") ? [{ step: { kind: "ask" }, size: 0 }] : [];
    this.#queue.push({ step: { kind: "catchUp", marks: { id: lastId(steps) } }, size: 0 });
    this.#size = 0;
  }
}

/** The place of the last step that has one. */
function lastId(steps: readonly LiveStep[]): string | undefined {
  return steps.map(idOf).findLast((id) => id !== undefined);
}

function idOf(step: LiveStep): string | undefined {
  switch (step.kind) {
    case "patch":
      return step.patch.id;
    case "refresh":
    case "catchUp":
      return step.marks.id;
    case "ask":
      return undefined;
  }
}
