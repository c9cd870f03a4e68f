// `sessions()`: the sessions of an application, as a dependency.
import type { Dependency, RequestContext } from "../context.ts";
import { getRequestDepCache } from "../deps/cache.ts";
import { dependency } from "../deps/resolver.ts";
import { notePrincipal, RequestCookies } from "../http/request_cookies.ts";
import { withDeadline } from "../store/deadline.ts";
import type { Store } from "../store/store.ts";
import { isSessionToken, sessionKey, type SessionRecord } from "./record.ts";
import { RequestSession, type Session, type SessionSchemas, userTag } from "./session.ts";
import { createCookies, type SessionCookie } from "./session_cookie.ts";
import { type OpenSession, SessionRecords } from "./session_records.ts";

/** Options for {@linkcode sessions}. */
export interface SessionsOptions<S extends SessionSchemas = SessionSchemas> {
  /**
   * Keeps the sessions. A shared one serves several instances, and one that outlives the process keeps users signed in. Each call
   * has 5 seconds; a request whose call fails is rejected with 503.
   */
  readonly store: Store;
  /**
   * The values that a session can have: a Standard Schema for each name. A schema must not be asynchronous. Together they may have
   * 65,536 characters as JSON. Default: none; a session has a user alone.
   */
  readonly values?: S | undefined;
  /** Seconds after the last request at which a session ends. Default: 7 days (604,800). */
  readonly idleSeconds?: number | undefined;
  /** Seconds after its start, or after the sign-in, at which a session ends in any case. Default: 30 days (2,592,000). */
  readonly maxSeconds?: number | undefined;
  /**
   * Name of the cookie, without a prefix: over https it is `__Host-` and the name, so that no other host of the site can set it.
   * Default: `session`.
   */
  readonly cookie?: string | undefined;
  /** Returns the time, in milliseconds since 1970. Default: `Date.now()`. */
  readonly now?: (() => number) | undefined;
}

/** A session of a user, in a list. */
export interface SessionInfo {
  /** Public ID of the session, for `end()`. */
  readonly id: string;
  /** Time of the sign-in. */
  readonly since: Date;
  /** Time of the last request, which is noted once a minute. */
  readonly seen: Date;
}

/**
 * The sessions of an application: a dependency whose value is the session of the request.
 *
 * @typeParam S The schemas of the values.
 */
export interface Sessions<S extends SessionSchemas = SessionSchemas> extends Dependency<Session<S>> {
  /** Returns the user of a request: pass it as `createHandler({ principal })`. `null` for an anonymous user. */
  readonly principal: (request: Request) => Promise<string | null>;
  /**
   * Lists the sessions of a user that have not ended, the oldest first. A user has at most 100; another sign-in ends the oldest.
   *
   * @param user The user, as in `signIn()`.
   */
  readonly list: (user: string) => Promise<readonly SessionInfo[]>;
  /**
   * Ends one session of a user. Call `handler.disconnect(user)` after it, which closes open streams.
   *
   * @param user The user.
   * @param id Public ID of the session.
   * @returns `false` if the user has no session with this ID.
   */
  readonly end: (user: string, id: string) => Promise<boolean>;
  /**
   * Ends every session of a user, also one that starts at this moment, for example after a change of the password. Call
   * `handler.disconnect(user)` after it, which closes open streams.
   *
   * @param user The user.
   * @param options The ID of a session to keep, such as the current one.
   */
  readonly endAll: (user: string, options?: { readonly except?: string | null | undefined }) => Promise<void>;
}

/** Deadline for a call of the store, in seconds: the default of `createHandler({ storeSeconds })`. */
export const STORE_SECONDS = 5;

/**
 * Creates sessions: a secret in a cookie, and in the store the values and the user that belong to it.
 *
 * The cookie is `__Host-session`: `Secure`, `HttpOnly`, `SameSite=Lax`, with 256 random bits. Over plain http, where browsers would
 * ignore it, it is `session` without `Secure`, and the console shows a warning once. The store has a digest of the secret only.
 *
 * A request that does not resolve the dependency loads nothing. A response whose request has is sent with `Cache-Control: no-store`,
 * unless it has its own.
 *
 * @param options The store, the values, and the ages.
 * @returns The dependency, with the functions for the sessions of a user.
 * @throws {RangeError} If an age is not above 0.
 * @throws {TypeError} If the name of the cookie has a prefix.
 *
 * @example
 * ```tsx
 * import { action, createHandler, createMemoryStore } from "@hyper/actions";
 * import { sessions } from "@hyper/actions/session";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const session = sessions({ store: createMemoryStore(), values: { visits: z.number() } });
 * const visit = action("visit", { inject: { session } }, ({ session }) => {
 *   session.update("visits", (visits) => (visits ?? 0) + 1);
 *   return { visits: session.get("visits") };
 * });
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ visit, default: () => <p>Hello</p> }) }],
 *   principal: session.principal,
 * });
 * await using client = createTestClient(handler);
 * await client.action("visit");
 * assertEquals((await client.action("visit")).data, { visits: 2 });
 * ```
 */
export function sessions<S extends SessionSchemas = Readonly<Record<never, never>>>(
  options: SessionsOptions<S>,
): Sessions<S> {
  const { idleSeconds = 7 * 24 * 60 * 60, maxSeconds = 30 * 24 * 60 * 60, cookie = "session", now = Date.now } =
    options;
  checkAge("idleSeconds", idleSeconds);
  checkAge("maxSeconds", maxSeconds);
  if (/^__(?:host|secure)-/i.test(cookie)) {
    throw new TypeError(`Cannot create sessions: the cookie "${cookie}" has a prefix; pass the name without it`);
  }
  // Without schemas, a session has no values, so that no name of `S` can be used.
  const schemas = options.values ?? {} as S;
  const records = new SessionRecords({
    store: withDeadline(options.store, STORE_SECONDS),
    idleSeconds,
    maxSeconds,
    now,
  });
  const loads = new Loads(records);
  const cookieOf = createCookies(cookie, maxSeconds);
  const create = async ({ request, url, cookies }: RequestContext): Promise<Session<S>> => {
    if (!(cookies instanceof RequestCookies)) {
      throw new TypeError(
        "Cannot open the session: ctx.cookies is not that of a handler; call the function through one",
      );
    }
    const own = cookieOf(url);
    cookies.isPrivate = true;
    return new RequestSession(schemas, await loads.find(request, cookies, [own]), { records, cookies, cookie: own });
  };
  return Object.freeze({
    ...dependency("session", create, { dispose: false }),
    principal: async (request: Request) => {
      // The request does not tell whether its client used https: a session knows which of the two cookies is its own.
      const open = await loads.find(request, new RequestCookies(request), cookieOf.both);
      const user = open?.record.user ?? null;
      if (user !== null) notePrincipal(request, userTag(user));
      return user;
    },
    list: async (user: string) => {
      const all = await records.users.list(user);
      const found = await Promise.all(all.map(({ key }) => records.find(key)));
      return found.flatMap((record) => record === null ? [] : [infoOf(record)]);
    },
    end: async (user: string, id: string) => await records.users.end(user, (one) => one.id === id) > 0,
    endAll: async (user: string, { except = null }: { readonly except?: string | null | undefined } = {}) => {
      await records.users.end(user, ({ id }) => id !== except);
    },
  });
}

/** Loads sessions: once for all code of a request that asks for one. */
class Loads {
  readonly #records: SessionRecords;
  /** By request, or by the dependencies that a request shares with the request of its page. */
  readonly #loads = new WeakMap<object, Map<string, Promise<OpenSession | null>>>();

  constructor(records: SessionRecords) {
    this.#records = records;
  }

  /** Returns the session of the first cookie that was sent; `null` if it has ended. */
  async find(request: Request, cookies: RequestCookies, names: readonly SessionCookie[]): Promise<OpenSession | null> {
    for (const { name, secure } of names) {
      const token = cookies.get(name);
      if (token === null || !isSessionToken(token)) continue;
      const open = await this.#loadOnce(getRequestDepCache(request) ?? request, token);
      // Another host of the site can set the cookie without the prefix, also with a secret of its own.
      return open?.record.secure === secure ? open : null;
    }
    return null;
  }

  #loadOnce(key: object, token: string): Promise<OpenSession | null> {
    const loads = this.#loads.get(key) ?? new Map<string, Promise<OpenSession | null>>();
    this.#loads.set(key, loads);
    const known = loads.get(token);
    if (known !== undefined) return known;
    const load = this.#load(token);
    loads.set(token, load);
    return load;
  }

  async #load(token: string): Promise<OpenSession | null> {
    const record = await this.#records.find(sessionKey(token));
    return record === null ? null : { token, record };
  }
}

function infoOf({ id, since, seen }: SessionRecord): SessionInfo {
  return { id, since: new Date(since), seen: new Date(seen) };
}

function checkAge(name: string, seconds: number): void {
  if (seconds > 0 && seconds < Infinity) return;
  throw new RangeError(`Cannot create sessions: ${name} is ${seconds}; pass a finite number of seconds above 0`);
}
