// Responses that created a new identity, until their client is known to have received them.
//
// Until then a retry under the old identity gets the outcome again, with its cookies: its first response may have been lost. After
// that a request under the old identity is another mutation, because the client now sends its new cookies. So signing in, signing
// out, and posting the same form again is a new sign-in, and does not set the cookie of the session that has ended.
import { isExpired, parseCookies, parseSetCookie } from "../../http/cookie.ts";
import { sha256 } from "../../platform/hash.ts";
import type { Store } from "../../store/store.ts";

/** Options for {@linkcode createDeliveries}. */
export interface DeliveriesOptions {
  readonly store: Store;
  /** Time an outcome is kept, in seconds. */
  readonly seconds: number;
  /** Drops an outcome. */
  readonly forget: (key: string) => Promise<void>;
  /** Returns whether a cookie is a session cookie. */
  readonly isIdentity: (name: string) => boolean;
}

/** Follows responses that created a new identity. */
export interface Deliveries {
  /**
   * Follows a response. Its client has received it once a request sends all of its cookies: a single one, such as `lang=en`, may come
   * from another client.
   *
   * @param credentials The cookies that it sets, as `name=value`. One that an earlier response has set is ignored: it does not identify
   *   a session, as `voted=1`, which every client sends that has voted.
   * @param key The key of its outcome under the identity before.
   */
  follow(credentials: readonly string[], key: string): Promise<void>;
  /** Drops the outcomes of responses whose cookies a request sends. Returns `null` if there are none, which is nearly always. */
  seen(request: Pick<Request, "headers">): Promise<void> | null;
  /** Drops the outcomes whose cookies a response replaces or removes, also those of other processes. */
  replaced(request: Pick<Request, "headers">, cookies: readonly string[]): Promise<void>;
}

/** A response that is followed. */
interface Delivery {
  /** The key of its outcome. */
  readonly key: string;
  /** The cookies that its client sends once it has received it. */
  readonly pairs: readonly string[];
}

/** Maximum number of followed cookies. One above it is found when it is replaced. */
const MAX_FOLLOWED = 10_000;

/**
 * Creates the deliveries of a handler.
 *
 * @param options The store, and the function that drops an outcome.
 */
export function createDeliveries({ store, seconds, forget, isIdentity }: DeliveriesOptions): Deliveries {
  // Responses by each cookie they set, the oldest first; removed when a request sends their cookies.
  const followed = new Map<string, Delivery>();
  // The cookies that responses have set, as digests, the oldest first.
  const made = new Set<string>();
  const drop = async (pairs: readonly string[], key: string): Promise<void> => {
    for (const pair of pairs) followed.delete(pair);
    await forget(key);
    for (const pair of pairs) await store.delete(pointerKey(pair));
  };
  return {
    async follow(credentials, key) {
      const delivery = { key, pairs: credentials.filter((pair) => !made.has(pointerKey(pair))) };
      for (const pair of delivery.pairs) {
        await store.put(pointerKey(pair), key, seconds);
        dropOldest(followed);
        followed.set(pair, delivery);
      }
      // After the store has succeeded: otherwise this is called again.
      for (const pair of delivery.pairs) {
        dropOldest(made);
        made.add(pointerKey(pair));
      }
    },
    seen(request) {
      if (followed.size === 0) return null;
      const sent = new Set(parseCookies(request.headers).map(({ pair }) => pair));
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
      const made = new Map(cookies.map(parseSetCookie).map((set) => [set.name, set]));
      for (const { name, pair } of parseCookies(request.headers)) {
        const set = made.get(name);
        if (set === undefined || !isIdentity(name) || (set.pair === pair && !isExpired(set))) continue;
        const key = await store.get(pointerKey(pair));
        if (typeof key === "string") await drop(followed.get(pair)?.pairs ?? [pair], key);
      }
    },
  };
}

/** Makes room for one more entry. */
function dropOldest<T>(kept: Pick<Map<T, unknown>, "size" | "keys" | "delete">): void {
  const [oldest] = kept.keys();
  if (kept.size >= MAX_FOLLOWED && oldest !== undefined) kept.delete(oldest);
}

/** Returns the key of the pointer from a cookie to the outcome that has set it. */
function pointerKey(pair: string): string {
  return `hyper:once:set:${sha256(pair)}`;
}
