/**
 * One open stream of a topic: what waits for it, bounded.
 *
 * @module
 */
import { isTerminal } from "../protocol/patch.ts";
import type { LiveStep, PlacedPatch } from "./message.ts";

/** How many steps may wait for a stream; one more, and it is told to look at the whole state in place of all of them. */
export const MAX_WAITING = 1_000;
/** How many characters of JSON may wait for it, unless it is one step alone. */
export const MAX_WAITING_CHARS: number = 1024 * 1024;

/** How many characters of JSON are read at once, unless they are one step alone. */
const MAX_BATCH_CHARS = 64 * 1024;

/** A step that waits, and how many characters of JSON it is. */
export interface Waiting {
  readonly step: LiveStep;
  readonly size: number;
}

/** What is read at once: patches that follow one another, or a step that is none. */
export type Read =
  | { readonly kind: "patches"; readonly patches: readonly PlacedPatch[] }
  | Exclude<LiveStep, {
    readonly kind: "patch";
  }>;

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
   */
  push(steps: readonly Waiting[]): void {
    if (this.#ended) return;
    for (const waiting of steps) {
      const { step } = waiting;
      if (step.kind === "refresh") this.#replaceRefresh(waiting, step);
      else if (step.kind === "catchUp") this.#replaceCatchUp(waiting);
      else this.#add(waiting);
    }
    this.#wake?.();
  }

  /** Adds a step that weighs nothing. */
  tell(step: LiveStep): void {
    this.push([{ step, size: 0 }]);
  }

  /** What there is to do next; waits for it. `null` when the stream was ended. */
  async next(): Promise<Read | null> {
    while (this.#queue.length === 0 && !this.#ended) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = null;
    }
    const [first] = this.#queue;
    if (first === undefined || this.#ended) return null;
    return first.step.kind === "patch" ? this.#takePatches() : this.#takeOne(first.step, first.size);
  }

  /** Ends it: whoever waits in `next()` gets `null`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#wake?.();
    await this.#onEnd();
  }

  #takeOne<S extends LiveStep>(step: S, size: number): S {
    this.#queue.shift();
    this.#size -= size;
    return step;
  }

  /** The patches at the front: a reader that is behind gets them at once, and not one by one. */
  #takePatches(): Read {
    const patches: PlacedPatch[] = [];
    let size = 0;
    for (const waiting of this.#queue) {
      const { step } = waiting;
      if (step.kind !== "patch" || (size > 0 && size + waiting.size > MAX_BATCH_CHARS)) break;
      patches.push(step.patch);
      size += waiting.size;
      // Nothing that follows it belongs to the answer.
      if (isTerminal(step.patch.event)) break;
    }
    this.#queue = this.#queue.slice(patches.length);
    this.#size -= size;
    return { kind: "patches", patches };
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
    case "place":
      return step.marks.id;
    case "ask":
      return undefined;
  }
}
