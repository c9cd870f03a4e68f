// Ending the streams of a principal on every instance.
import { notify, type Report, reportTo } from "../callback.ts";
import { sha256 } from "../platform/hash.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";
import { RetryQueue } from "./retry_queue.ts";

/** The topic of the messages. Applications must not use topics with this prefix. */
const TOPIC = "hyper:disconnect";
/** Version of the messages, see `message.ts`. */
const MESSAGE_VERSION = 1;
/** Time for which a bus keeps a message, in seconds. An instance that is disconnected for longer ends all of its streams. */
const KEEP_SECONDS = 60;
/** Stands for the subscription among the retries. Digests contain no space. */
const SUBSCRIBE = "to subscribe";

/**
 * Ends the streams of a principal on every instance.
 *
 * A message holds a digest of the principal, since the log of a bus may be outside of this process. If a principal can be
 * guessed, it can be guessed from its digest too.
 *
 * If a message was missed, or is of another version, its principal is unknown. Then all streams end: the clients reconnect,
 * and the guards decide about each.
 */
export class Disconnects {
  readonly #bus: Bus;
  readonly #disconnect: (matches: (principal: string) => boolean) => void;
  readonly #report: Report;
  /** Digests that could not be published, and the subscription. */
  readonly #retries: RetryQueue;
  /** Set by `listen()`. Replaced by each attempt to subscribe. */
  #subscription: Promise<BusSubscription | null> | null = null;

  /**
   * @param bus The bus.
   * @param disconnect Ends the streams on this instance whose principal matches.
   * @param report Called when the bus cannot be reached. The attempt is then retried every second.
   */
  constructor(bus: Bus, disconnect: (matches: (principal: string) => boolean) => void, report: Report) {
    this.#bus = bus;
    this.#disconnect = disconnect;
    this.#report = report;
    this.#retries = new RetryQueue((text) => text === SUBSCRIBE ? this.#subscribeAgain() : this.#publish(text));
  }

  /** Subscribes, once. Called when the first stream opens: without streams there is nothing to end. */
  listen(): void {
    this.#subscription ??= this.#subscribe().catch((error) => {
      reportTo(this.#report, error);
      this.#retries.add(SUBSCRIBE);
      return null;
    });
  }

  /** Ends the streams of a principal: on this instance at once, and on every other one through the bus. */
  send(principal: string): void {
    this.#disconnect((other) => other === principal);
    const digest = digestPrincipal(principal);
    notify(() => this.#publish(digest), (error) => {
      reportTo(this.#report, error);
      this.#retries.add(digest);
    });
  }

  /** Unsubscribes. */
  async close(): Promise<void> {
    this.#retries.close();
    const subscription = await this.#subscription;
    this.#subscription = null;
    await notify(() => subscription?.[Symbol.asyncDispose](), this.#report);
  }

  async #subscribe(): Promise<BusSubscription> {
    const listener = ({ message }: BusMessage): void => this.#receive(message);
    return await this.#bus.subscribe(TOPIC, listener, { onGap: () => this.#endAll() });
  }

  async #subscribeAgain(): Promise<void> {
    const subscribing = this.#subscribe();
    this.#subscription = subscribing.catch(() => null); // The rejection is thrown below, and retried.
    await subscribing;
    // Messages may have been missed while streams were already open.
    this.#endAll();
  }

  async #publish(digest: string): Promise<void> {
    await this.#bus.publish(TOPIC, { v: MESSAGE_VERSION, principal: digest }, { keepSeconds: KEEP_SECONDS });
  }

  #receive(message: unknown): void {
    const digest = readDigest(message);
    if (digest === null) this.#endAll();
    else this.#disconnect((principal) => digestPrincipal(principal) === digest);
  }

  #endAll(): void {
    this.#disconnect(() => true);
  }
}

/** Returns the digest in a message, or `null` if the message is of another version or malformed. */
function readDigest(message: unknown): string | null {
  if (typeof message !== "object" || message === null || !("v" in message) || !("principal" in message)) return null;
  return message.v === MESSAGE_VERSION && typeof message.principal === "string" ? message.principal : null;
}

/** Returns the same digest on every instance. It differs from any other digest of the principal. */
function digestPrincipal(principal: string): string {
  return sha256(`${TOPIC} ${principal}`);
}
