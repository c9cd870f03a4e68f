/**
 * Answers that have made a new identity, until their client is known to have them.
 *
 * Until then a repeat under the old identity gets the outcome again, cookies included: its first answer may have been lost. From
 * then on a request under the old identity is another mutation: the client that was answered sends its new cookies. So signing in,
 * signing out, and posting the same form again is a new sign-in, and does not set the cookie of the session that has ended.
 *
 * @module
 */
import { sha256 } from "../../platform/hash.ts";
import type { Store } from "../../store/store.ts";
import { pairsOf, readSetCookie } from "./cookies.ts";

/** Options for {@linkcode createDeliveries}. */
export interface DeliveriesOptions {
  readonly store: Store;
  /** Time an outcome is kept, in seconds. */
  readonly seconds: number;
  /** Drops an outcome. */
  readonly forget: (key: string) => Promise<void>;
  /** Returns whether a cookie stands for a session. */
  readonly isIdentity: (name: string) => boolean;
}

/** Follows answers that have made a new identity. */
export interface Deliveries {
  /**
   * Follows an answer. Its client is known to have it once a request sends all of its cookies: one alone, such as `lang=en`, may
   * be some other client's.
   *
   * @param credentials The cookies that it sets, as `name=value`. One that an answer before has set as well is of no use: no
   *   session has the same value twice, and `voted=1` is sent by every client that has voted.
   * @param key The key of its outcome under the identity before.
   */
  follow(credentials: readonly string[], key: string): Promise<void>;
  /** Drops the outcomes of answers whose cookies a request sends. `null` where there are none, which is nearly always. */
  seen(request: Pick<Request, "headers">): Promise<void> | null;
  /** Drops the outcomes that have set the cookies which an answer replaces or removes, also those of other processes. */
  replaced(request: Pick<Request, "headers">, cookies: readonly string[]): Promise<void>;
}

/** An answer that is followed. */
interface Delivery {
  /** The key of its outcome. */
  readonly key: string;
  /** The cookies by which its client is known to have it. */
  readonly pairs: readonly string[];
}

/** Cookies that are looked out for at most; one above it is found when it is replaced. */
const MAX_FOLLOWED = 10_000;

/**
 * Makes the deliveries of a handler.
 *
 * @param options The store, and what they drop.
 * @returns The deliveries.
 */
export function createDeliveries({ store, seconds, forget, isIdentity }: DeliveriesOptions): Deliveries {
  // Answers by each cookie they set, the oldest first; gone when their cookies have been seen.
  const followed = new Map<string, Delivery>();
  // The cookies that answers have set, as digests, the oldest first.
  const made = new Set<string>();
  const drop = async (pairs: readonly string[], key: string): Promise<void> => {
    for (const pair of pairs) followed.delete(pair);
    await forget(key);
    for (const pair of pairs) await store.delete(indexOf(pair));
  };
  return {
    async follow(credentials, key) {
      const delivery = { key, pairs: credentials.filter((pair) => !made.has(indexOf(pair))) };
      for (const pair of delivery.pairs) {
        await store.put(indexOf(pair), key, seconds);
        dropOldest(followed);
        followed.set(pair, delivery);
      }
      // Not before: where the store has failed, this is called again.
      for (const pair of delivery.pairs) {
        dropOldest(made);
        made.add(indexOf(pair));
      }
    },
    seen(request) {
      if (followed.size === 0) return null;
      const sent = new Set(pairsOf(request).map(({ pair }) => pair));
      const found = new Set<Delivery>();
      for (const pair of sent) {
        const delivery = followed.get(pair);
        if (delivery?.pairs.every((each) => sent.has(each))) found.add(delivery);
      }
      return found.size === 0
        ? null
        : Promise.all(Array.from(found, ({ pairs, key }) => drop(pairs, key))).then(() => {});
    },
    async replaced(request, cookies) {
      const made = new Map(cookies.map(readSetCookie).map((set) => [set.name, set]));
      for (const { name, pair } of pairsOf(request)) {
        const set = made.get(name);
        if (set === undefined || !isIdentity(name) || (set.pair === pair && !set.isRemoved)) continue;
        const key = await store.get(indexOf(pair));
        if (typeof key === "string") await drop(followed.get(pair)?.pairs ?? [pair], key);
      }
    },
  };
}

/** Makes room for one more. */
function dropOldest<T>(kept: Pick<Map<T, unknown>, "size" | "keys" | "delete">): void {
  const [oldest] = kept.keys();
  if (kept.size >= MAX_FOLLOWED && oldest !== undefined) kept.delete(oldest);
}

/** The key under which the outcome is found that has set a cookie. */
function indexOf(pair: string): string {
  return `hyper:once:set:${sha256(pair)}`;
}
