/**
 * Waits for the changes of topics.
 *
 * @module
 */
import type { Changed, ChangeReader, ChangeWatcher } from "../../src/live/change_watcher.ts";
import type { Changes } from "../../src/live/changes.ts";
import { withinTime } from "./clock.ts";

/** A watcher of topics whose changes are awaited. */
export class AwaitedChanges implements ChangeReader {
  readonly #watcher: ChangeWatcher;
  #wake = (): void => {};

  constructor(changes: Changes, ...topics: readonly string[]) {
    this.#watcher = changes.watch(this);
    if (topics.length > 0) this.set(...topics);
  }

  /** Watches other topics. */
  set(...topics: readonly string[]): void {
    this.#watcher.set({ name: topics.join(), topics: new Set(topics) });
  }

  onChanges(): void {
    this.#wake();
  }

  /** Returns what has changed, as soon as something has; `null` when the watcher has ended. */
  async next(): Promise<Changed | null> {
    while (!this.#watcher.isDue && !this.#watcher.isEnded) {
      await withinTime(new Promise<void>((wake) => this.#wake = wake));
    }
    return this.#watcher.isEnded ? null : this.#watcher.take();
  }

  /** Notes a change. */
  note(topic: string): void {
    this.#watcher.note(topic, null, 0);
  }

  end(): void {
    this.#watcher.end();
  }
}
