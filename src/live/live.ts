/**
 * Topics over a bus: who watches what, and what is published.
 *
 * @module
 */
import { type Report, reportTo } from "../callback.ts";
import { HyperError, isA } from "../errors.ts";
import type { Bus } from "../store/store.ts";
import { Again } from "./again.ts";
import { type LiveMessage, writeMessage } from "./message.ts";
import { Topic } from "./topic.ts";
import { Watcher } from "./watcher.ts";

/** The topics of a handler. */
export interface Live {
  /**
   * Watches a topic.
   *
   * @param topic The topic.
   * @param lastEventId What the browser sent back; `null` for a tab that begins.
   * @returns What comes; to be disposed.
   * @throws {HyperError} With status 503 when the bus cannot be reached.
   */
  watch(topic: string, lastEventId: string | null): Promise<Watcher>;
  /**
   * Publishes a message; resolves when it has its place. Where the bus cannot be reached that is reported, and the
   * watchers are told to look at the whole state again as soon as it can be.
   *
   * @param topic The topic.
   * @param message What is published.
   * @param report Told what the bus said.
   * @throws {TypeError} When it is nothing that JSON can say.
   */
  publish(topic: string, message: LiveMessage, report: Report): Promise<void>;
  /** Ends every watcher and lets go of the bus. */
  close(): Promise<void>;
}

/**
 * Makes the topics of a handler.
 *
 * @param bus What they come over.
 * @param report Told what goes wrong where nobody waits.
 */
export function createLive(bus: Bus, report: Report): Live {
  return new BusLive(bus, report);
}

class BusLive implements Live {
  readonly #bus: Bus;
  readonly #report: Report;
  /** The topics that somebody watches, and by how many. */
  readonly #topics = new Map<string, { readonly topic: Topic; users: number }>();
  readonly #watchers = new Set<Watcher>();
  /** Topics whose watchers have to look again, once the bus can be reached. */
  readonly #lost: Again;

  constructor(bus: Bus, report: Report) {
    this.#bus = bus;
    this.#report = report;
    this.#lost = new Again(async (topic) => void await bus.publish(topic, writeMessage({ kind: "lost" })));
  }

  async watch(topic: string, lastEventId: string | null): Promise<Watcher> {
    const used = this.#use(topic);
    let leave: (() => Promise<void>) | null = null;
    const watcher = new Watcher(async () => {
      this.#watchers.delete(watcher);
      await leave?.();
      await this.#release(topic, used);
    });
    this.#watchers.add(watcher);
    try {
      leave = await used.topic.join(watcher, lastEventId);
    } catch (error) {
      await watcher[Symbol.asyncDispose]();
      throw new HyperError(503, `Cannot watch topic "${topic}": the bus does not answer`, {
        cause: error,
        headers: { "retry-after": "1" },
      });
    }
    // Closed while the bus was asked.
    if (watcher.isEnded) await leave();
    return watcher;
  }

  async publish(topic: string, message: LiveMessage, report: Report): Promise<void> {
    try {
      await this.#bus.publish(topic, writeMessage(message));
    } catch (error) {
      // What JSON cannot say will not be said better later.
      if (isA(error, TypeError) || isA(error, RangeError)) throw error;
      reportTo(report, error);
      this.#lost.add(topic);
    }
  }

  async close(): Promise<void> {
    this.#lost.close();
    await Promise.all(Array.from(this.#watchers, (watcher) => watcher[Symbol.asyncDispose]()));
  }

  #use(name: string): { readonly topic: Topic; users: number } {
    const known = this.#topics.get(name);
    const used = known ?? { topic: new Topic(this.#bus, name, this.#report), users: 0 };
    if (known === undefined) this.#topics.set(name, used);
    used.users++;
    return used;
  }

  async #release(name: string, used: { readonly topic: Topic; users: number }): Promise<void> {
    if (--used.users > 0) return;
    // A topic whose bus failed is made anew by the next who asks.
    if (this.#topics.get(name) === used) this.#topics.delete(name);
    await used.topic.close();
  }
}
