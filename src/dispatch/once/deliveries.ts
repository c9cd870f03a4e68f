/**
 * Answers that have made a new identity, until their client is known to have them.
 *
 * Until then a repeat under the old identity gets the outcome again, cookies included: its first answer may have been lost. From
 * then on a request under the old identity is another mutation: the client that was answered sends its new cookies. So signing in,
 * signing out, and posting the same form again is a new sign-in, and does not set the cookie of the session that has ended.
 *
 * @module
 */
import { createHash } from "node:crypto";
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
   * Follows an answer.
   *
   * @param credentials The cookies that it sets, as `name=value`.
   * @param key The key of its outcome under the identity before.
   */
  follow(credentials: readonly string[], key: string): Promise<void>;
  /** Drops the outcomes whose cookies a request sends. `null` where there are none, which is nearly always. */
  seen(request: Pick<Request, "headers">): Promise<void> | null;
  /** Drops the outcomes that have set the cookies which an answer replaces or removes, also those of other processes. */
  replaced(request: Pick<Request, "headers">, cookies: readonly string[]): Promise<void>;
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
  // The keys of outcomes by the cookies they set, the oldest first; gone when the cookie has been seen.
  const followed = new Map<string, string>();
  const drop = async (pair: string, key: string): Promise<void> => {
    followed.delete(pair);
    await forget(key);
    await store.delete(indexOf(pair));
  };
  return {
    async follow(credentials, key) {
      for (const pair of credentials) {
        await store.put(indexOf(pair), key, seconds);
        const [oldest] = followed.keys();
        if (followed.size >= MAX_FOLLOWED && oldest !== undefined) followed.delete(oldest);
        followed.set(pair, key);
      }
    },
    seen(request) {
      if (followed.size === 0) return null;
      const found = pairsOf(request).flatMap(({ pair }): (readonly [string, string])[] => {
        const key = followed.get(pair);
        return key === undefined ? [] : [[pair, key]];
      });
      return found.length === 0 ? null : Promise.all(found.map(([pair, key]) => drop(pair, key))).then(() => {});
    },
    async replaced(request, cookies) {
      const made = new Map(cookies.map(readSetCookie).map((set) => [set.name, set]));
      for (const { name, pair } of pairsOf(request)) {
        const set = made.get(name);
        if (set === undefined || !isIdentity(name) || (set.pair === pair && !set.isRemoved)) continue;
        const key = await store.get(indexOf(pair));
        if (typeof key === "string") await drop(pair, key);
      }
    },
  };
}

/** The key under which the outcome is found that has set a cookie. */
function indexOf(pair: string): string {
  return `hyper:once:set:${createHash("sha256").update(pair).digest("hex")}`;
}
