/**
 * Topics over a bus: who watches what, and what is published.
 *
 * @module
 */
import { notify, type Report, tell } from "../callback.ts";
import { HyperError, isA } from "../errors.ts";
import type { Bus } from "../store/store.ts";
import type { LiveMessage } from "./message.ts";
import { Topic } from "./topic.ts";
import { Watcher } from "./watcher.ts";

/** Milliseconds between two attempts to tell a topic that something could not be published. */
const RETRY_MS = 1_000;
/** The most topics that are remembered for it; a server that cannot reach its bus has worse to do than to forget one. */
const MAX_LOST = 10_000;

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
  readonly #lost = new Set<string>();
  /** The next attempt to tell them; `null` while there is nothing to tell. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(bus: Bus, report: Report) {
    this.#bus = bus;
    this.#report = report;
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
      await this.#bus.publish(topic, message);
    } catch (error) {
      // What JSON cannot say will not be said better later.
      if (isA(error, TypeError) || isA(error, RangeError)) throw error;
      tell(report, error);
      if (this.#lost.size < MAX_LOST) this.#lost.add(topic);
      this.#tellLater();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
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

  #tellLater(): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => notify(() => this.#tellLost(), this.#report), RETRY_MS);
  }

  async #tellLost(): Promise<void> {
    for (const topic of this.#lost) {
      try {
        await this.#bus.publish(topic, { kind: "lost" } satisfies LiveMessage);
        this.#lost.delete(topic);
      } catch {
        // Still away, as was reported when it was first met; asked again below.
        break;
      }
    }
    this.#timer = null;
    if (this.#lost.size > 0) this.#tellLater();
  }
}
