/**
 * Ending the streams of a user on every instance.
 *
 * @module
 */
import { notify, type Report, reportTo } from "../callback.ts";
import { sha256 } from "../platform/hash.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";
import { Again } from "./again.ts";

/** No topic of an application begins like this. */
const TOPIC = "hyper:disconnect";
/** The version of the messages, see `message.ts`. */
const MESSAGE_VERSION = 1;
/** Seconds that a bus keeps a message: an instance that was cut off for longer ends all of its streams. */
const KEEP_SECONDS = 60;
/** Stands for the subscription among what is tried again; no digest has a space. */
const SUBSCRIBE = "to subscribe";

/** Tells every instance whose streams end. */
export interface Disconnects {
  /** Begins to listen, once; called when the first stream opens, since before it there is nothing to end. */
  listen(): void;
  /** Tells every instance, this one at once. */
  send(principal: string): void;
  /** Stops listening. */
  close(): Promise<void>;
}

/**
 * Creates what tells them.
 *
 * A message holds a digest of the principal, not the principal: the log of a bus lies outside of this process. A principal
 * that can be guessed can be guessed from its digest as well.
 *
 * Where a message may have been missed, or is of another version, it is not known who was meant. Every stream is then ended:
 * all clients come back, and the guards decide about each.
 *
 * @param bus The bus.
 * @param disconnect Ends the streams of the principals on this instance that the function given is true for.
 * @param report Called when the bus cannot be reached. It is tried again every second.
 */
export function createDisconnects(
  bus: Bus,
  disconnect: (isMeant: (principal: string) => boolean) => void,
  report: Report,
): Disconnects {
  return new BusDisconnects(bus, disconnect, report);
}

class BusDisconnects implements Disconnects {
  readonly #bus: Bus;
  readonly #disconnect: (isMeant: (principal: string) => boolean) => void;
  readonly #report: Report;
  /** What the bus did not take: digests to be told, and the subscription. */
  readonly #again: Again;
  /** Set when it begins to listen; replaced by each attempt. */
  #subscription: Promise<BusSubscription | null> | null = null;

  constructor(
    bus: Bus,
    disconnect: (isMeant: (principal: string) => boolean) => void,
    report: Report,
  ) {
    this.#bus = bus;
    this.#disconnect = disconnect;
    this.#report = report;
    this.#again = new Again((waiting) => waiting === SUBSCRIBE ? this.#subscribeLate() : this.#publish(waiting));
  }

  listen(): void {
    if (this.#subscription !== null) return;
    this.#subscription = this.#subscribeFirst();
  }

  send(principal: string): void {
    // Here at once, whatever the bus does.
    this.#disconnect((name) => name === principal);
    const digest = digestOf(principal);
    notify(() => this.#publish(digest), (error) => {
      reportTo(this.#report, error);
      this.#again.add(digest);
    });
  }

  async close(): Promise<void> {
    this.#again.close();
    const listening = await this.#subscription;
    this.#subscription = null;
    await notify(() => listening?.[Symbol.asyncDispose](), this.#report);
  }

  async #subscribeFirst(): Promise<BusSubscription | null> {
    try {
      return await this.#subscribe();
    } catch (error) {
      reportTo(this.#report, error);
      this.#again.add(SUBSCRIBE);
      return null;
    }
  }

  async #subscribe(): Promise<BusSubscription> {
    const listener = ({ message }: BusMessage): void => this.#receive(message);
    return await this.#bus.subscribe(TOPIC, listener, { onGap: () => this.#endAll() });
  }

  async #subscribeLate(): Promise<void> {
    const subscribing = this.#subscribe();
    this.#subscription = subscribing.catch(() => null); // Rejects below, to be tried again.
    await subscribing;
    // Nobody listened while the streams were open already.
    this.#endAll();
  }

  async #publish(digest: string): Promise<void> {
    await this.#bus.publish(TOPIC, { v: MESSAGE_VERSION, principal: digest }, { keepSeconds: KEEP_SECONDS });
  }

  #receive(message: unknown): void {
    const digest = readDigest(message);
    if (digest === null) this.#endAll();
    else this.#disconnect((principal) => digestOf(principal) === digest);
  }

  #endAll(): void {
    this.#disconnect(() => true);
  }
}

/** The digest that a message holds; `null` where it is of another version, or none. */
function readDigest(message: unknown): string | null {
  if (typeof message !== "object" || message === null || !("v" in message) || !("principal" in message)) return null;
  return message.v === MESSAGE_VERSION && typeof message.principal === "string" ? message.principal : null;
}

/** The same on every instance; another than any digest of the principal that something else makes. */
function digestOf(principal: string): string {
  return sha256(`${TOPIC} ${principal}`);
}
