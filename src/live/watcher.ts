// The queue between a topic and one open stream, bounded.
import { isTerminal } from "../protocol/patch.ts";
import type { LiveStep, PlacedPatch } from "./message.ts";

/** Maximum number of steps that wait for a stream. Above it, a refresh of the whole state replaces all of them. */
export const MAX_WAITING = 1_000;
/** Maximum length of the JSON that waits for a stream, except for a single step. */
export const MAX_WAITING_CHARS: number = 1024 * 1024;

/** Maximum length of the JSON that is read at once, except for a single step. */
const MAX_BATCH_CHARS = 64 * 1024;

/** A step that waits, and the length of its JSON. */
export interface Waiting {
  readonly step: LiveStep;
  readonly size: number;
}

/** Consecutive patches, or another step. */
export type Read =
  | { readonly kind: "patches"; readonly patches: readonly PlacedPatch[] }
  | Exclude<LiveStep, { readonly kind: "patch" }>;

/** The queue between a topic and one stream of it. */
export class Watcher implements AsyncDisposable {
  #queue: Waiting[] = [];
  /** Sum of the sizes in the queue. */
  #size = 0;
  /** Wakes the reader; `null` unless it waits. */
  #wake: (() => void) | null = null;
  #ended = false;
  readonly #onEnd: () => void | Promise<void>;

  /** @param onEnd Called once, when the watcher is disposed. */
  constructor(onEnd: () => void | Promise<void>) {
    this.#onEnd = onEnd;
  }

  /** `true` if the watcher was disposed. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** Adds steps. A refresh replaces a waiting refresh of the same part, since the part is rendered only when it is read. */
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

  /** Adds a step without JSON. */
  pushStep(step: LiveStep): void {
    this.push([{ step, size: 0 }]);
  }

  /** Waits for the next step. Returns `null` when the watcher is disposed. */
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

  /** Removes and returns the patches at the front together, so that a reader that is behind catches up quickly. */
  #takePatches(): Read {
    const patches: PlacedPatch[] = [];
    let size = 0;
    for (const waiting of this.#queue) {
      const { step } = waiting;
      if (step.kind !== "patch" || (size > 0 && size + waiting.size > MAX_BATCH_CHARS)) break;
      patches.push(step.patch);
      size += waiting.size;
      // The stream ends with it.
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
    // With changes of several calls, no tab may skip it as its own change.
    const isSame = old.step.kind === "refresh" && old.step.marks.echo === step.marks.echo;
    this.#add(isSame ? waiting : { ...waiting, step: { ...step, marks: { id: step.marks.id } } });
  }

  /** Replaces all waiting steps by a refresh of the whole state, at the position of the last one. */
  #overflow(): void {
    const steps = this.#queue.map(({ step }) => step);
    this.#queue = steps.some((step) => step.kind === "ask") ? [{ step: { kind: "ask" }, size: 0 }] : [];
    const id = steps.map(positionOf).findLast((id) => id !== undefined);
    this.#queue.push({ step: { kind: "catchUp", marks: { id } }, size: 0 });
    this.#size = 0;
  }
}

function positionOf(step: LiveStep): string | undefined {
  if (step.kind === "ask") return undefined;
  return step.kind === "patch" ? step.patch.id : step.marks.id;
}
