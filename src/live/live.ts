// The topics of a handler: publishing to them and watching them over a bus.
import { type Report, reportTo } from "../callback.ts";
import { HyperError, isA } from "../errors.ts";
import type { Bus } from "../store/store.ts";
import { type LiveMessage, writeMessage } from "./message.ts";
import { RetryQueue } from "./retry_queue.ts";
import { Topic } from "./topic.ts";
import { Watcher } from "./watcher.ts";

/** A topic, and its number of watchers. */
interface UsedTopic {
  readonly topic: Topic;
  users: number;
}

/** The topics of a handler. */
export class Live {
  readonly #bus: Bus;
  readonly #report: Report;
  /** Topics that have watchers. */
  readonly #topics = new Map<string, UsedTopic>();
  readonly #watchers = new Set<Watcher>();
  /** Topics to which a message could not be published. Their watchers must refresh once the bus can be reached. */
  readonly #lost: RetryQueue;

  /**
   * @param bus The bus.
   * @param report Called with errors that no caller receives.
   */
  constructor(bus: Bus, report: Report) {
    this.#bus = bus;
    this.#report = report;
    this.#lost = new RetryQueue(async (topic) => void await bus.publish(topic, writeMessage({ kind: "lost" })));
  }

  /**
   * Watches a topic. Dispose the watcher to stop. Throws a {@linkcode HyperError} with status 503 if the bus cannot be reached.
   *
   * @param topic The topic.
   * @param lastEventId Position that the browser sent back, or `null` for a new tab.
   */
  async watch(topic: string, lastEventId: string | null): Promise<Watcher> {
    const used = this.#use(topic);
    let leave: (() => void | Promise<void>) | null = null;
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
      throw new HyperError(503, `Cannot watch topic "${topic}": the bus does not answer; try again later`, {
        cause: error,
        headers: { "retry-after": "1" },
      });
    }
    // It may have been closed in the meantime.
    if (watcher.isEnded) await leave();
    return watcher;
  }

  /**
   * Publishes a message. Resolves when the message has its position. If the bus cannot be reached, this is reported, and the
   * watchers refresh as soon as it can. Throws a `TypeError` if JSON cannot represent the message.
   */
  async publish(topic: string, message: LiveMessage, report: Report): Promise<void> {
    try {
      await this.#bus.publish(topic, writeMessage(message));
    } catch (error) {
      // The message is invalid, so a retry would fail too.
      if (isA(error, TypeError) || isA(error, RangeError)) throw error;
      reportTo(report, error);
      this.#lost.add(topic);
    }
  }

  /** Ends every watcher and all subscriptions. */
  async close(): Promise<void> {
    this.#lost.close();
    await Promise.all(Array.from(this.#watchers, (watcher) => watcher[Symbol.asyncDispose]()));
  }

  #use(name: string): UsedTopic {
    const used = this.#topics.get(name) ?? { topic: new Topic(this.#bus, name, this.#report), users: 0 };
    this.#topics.set(name, used);
    used.users++;
    return used;
  }

  async #release(name: string, used: UsedTopic): Promise<void> {
    if (--used.users > 0) return;
    this.#topics.delete(name);
    await used.topic.close();
  }
}
