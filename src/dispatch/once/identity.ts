// The identity of a request: the user a mutation belongs to.
//
// It is the principal if the application identifies users. Otherwise it is `Authorization` and the session cookies: those that
// `idempotency.cookies` names, or those that this application sets `HttpOnly`. Their names are learned from responses and kept in the
// store, so that they are known after a restart and to other instances. Other cookies do not count: an analytics script may change one
// between a request and its retry.
import { isExpired, parseCookies, parseSetCookie } from "../../http/cookie.ts";
import { sha256 } from "../../platform/hash.ts";
import type { Store } from "../../store/store.ts";
import { mergeCookies } from "./cookies.ts";

/** Returns the principal of a request, as `createHandler({ principal })` does. */
export type PrincipalOf = (request: Request) => string | null | PromiseLike<string | null>;

/** Options for {@linkcode Identities}. */
export interface IdentitiesOptions {
  /** The store of the learned names. */
  readonly store: Store;
  /** The names of session cookies. Default: those that responses set `HttpOnly`. */
  readonly cookies?: readonly string[] | undefined;
  /** Returns the principal of a request; `null` if the application does not identify users. */
  readonly principal: PrincipalOf | null;
}

/** The identity of a request, as digests. */
export interface Identity {
  /** The principal, or else the session; `null` for an anonymous user. */
  readonly user: string | null;
  /** The session cookies and `Authorization`; `null` if it has neither. */
  readonly session: string | null;
}

/** The identity that a response creates. */
export interface NewIdentity {
  /** Its digest, as in {@linkcode Identity}. */
  readonly user: string;
  /** Its cookies as `name=value`: a client that sends all of them has received the response. */
  readonly credentials: readonly string[];
}

/** The key of the names in the store. */
const NAMES_KEY = "hyper:once:cookies";
/** Time that names are kept, in seconds: as long as a browser keeps a cookie (RFC 6265bis, 5.5). */
const NAMES_SECONDS = 400 * 24 * 60 * 60;
/** Milliseconds after which names are read again: another instance may have learned one. */
const NAMES_AGE = 60_000;
/** Maximum number of learned names: random names for each response are not session cookies. */
const MAX_NAMES = 50;
/** The cookies of this library, which are not session cookies. */
const OWN_COOKIE = /^(?:__Host-|__Secure-)?hyper_(?:flash|dev|resume|user)/i;

/** Determines the identity of requests. */
export class Identities {
  readonly #store: Store;
  readonly #principal: PrincipalOf | null;
  readonly #isFixed: boolean;
  readonly #names: Set<string>;
  /** `true` if the store does not have all names. */
  #isUnsaved = false;
  /** Settled when the names are stored; `null` if they are not being stored. */
  #saving: Promise<void> | null = null;
  /** The last time the names were read, in milliseconds of `performance.now()`; `null` before. */
  #readAt: number | null = null;

  /**
   * @param options The store, and the sources of identities.
   * @throws {TypeError} When a name is not a cookie name.
   */
  constructor({ store, cookies, principal }: IdentitiesOptions) {
    for (const name of cookies ?? []) {
      if (typeof name === "string" && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) continue;
      throw new TypeError(
        `Cannot tell users apart by cookie ${
          JSON.stringify(name)
        }: it is not the name of a cookie; name those of your sessions in ` +
          `idempotency.cookies`,
      );
    }
    this.#store = store;
    this.#principal = principal;
    this.#isFixed = cookies !== undefined;
    this.#names = new Set(cookies);
  }

  /**
   * Returns the identity of a request.
   *
   * @param request The request, of which only headers are read.
   * @param principal Its principal, or `null`.
   * @returns The identity; a promise of it if the names of cookies have to be read, which rejects with the error of the store.
   */
  of(request: Pick<Request, "headers">, principal: string | null): Identity | Promise<Identity> {
    if (this.#isFixed || !this.#isOld()) return this.#identityOf(request, principal);
    return this.#read().then(() => this.#identityOf(request, principal));
  }

  #identityOf(request: Pick<Request, "headers">, principal: string | null): Identity {
    const session = this.#sessionOf(request);
    return { user: principal === null ? session : digest(["principal", principal]), session };
  }

  #sessionOf(request: Pick<Request, "headers">): string | null {
    const authorization = request.headers.get("authorization");
    const cookies = parseCookies(request.headers).filter(({ name }) => this.#names.has(name));
    if (cookies.length === 0 && authorization === null) return null;
    return digest(["session", authorization, cookies.map(({ pair }) => pair).sort()]);
  }

  /**
   * Returns the identity of the client once it keeps the cookies of a response.
   *
   * @returns The identity; `null` if it is the same, or that of an anonymous user.
   */
  async after(request: Request, before: Identity, cookies: readonly string[]): Promise<NewIdentity | null> {
    this.#add(cookies);
    if (this.#principal === null && !cookies.some((text) => this.#names.has(parseSetCookie(text).name))) return null;
    const headers = new Headers(request.headers);
    headers.set("cookie", mergeCookies(request, cookies));
    const next = new Request(request.url, { headers });
    const principal = this.#principal === null ? null : await this.#principal(next);
    const { user } = await this.of(next, principal);
    if (user === null || user === before.user) return null;
    const sent = new Set(parseCookies(request.headers).map(({ pair }) => pair));
    const made = cookies.map(parseSetCookie).filter((cookie) => !isExpired(cookie) && !sent.has(cookie.pair));
    // Session cookies of all paths are preferred: other requests of the client may not send a cookie of one path.
    const own = preferred(made, ({ name }) => this.#names.has(name));
    return { user, credentials: preferred(own, ({ path }) => path === "/").map(({ pair }) => pair) };
  }

  /** Returns whether a cookie is known to be a session cookie. */
  isIdentity(name: string): boolean {
    return this.#names.has(name);
  }

  /** Learns the names of session cookies from the values of `Set-Cookie`. */
  async learn(cookies: readonly string[]): Promise<void> {
    this.#add(cookies);
    if (!this.#isUnsaved) return;
    // One attempt at a time: if the store does not respond, each response with a cookie would start and report another.
    if (this.#saving !== null) return await this.#saving.catch(() => {});
    this.#saving = this.#save();
    try {
      await this.#saving;
    } finally {
      this.#saving = null;
    }
  }

  async #save(): Promise<void> {
    await this.#read();
    const names = [...this.#names].sort();
    await this.#store.put(NAMES_KEY, names, NAMES_SECONDS);
    this.#isUnsaved = this.#names.size > names.length;
  }

  #add(cookies: readonly string[]): void {
    if (this.#isFixed) return;
    for (const { name, isHttpOnly } of cookies.map(parseSetCookie)) {
      if (!isHttpOnly || OWN_COOKIE.test(name) || this.#names.has(name) || this.#names.size >= MAX_NAMES) continue;
      this.#names.add(name);
      this.#isUnsaved = true;
    }
  }

  #isOld(): boolean {
    return this.#readAt === null || performance.now() - this.#readAt > NAMES_AGE;
  }

  async #read(): Promise<void> {
    const names = await this.#store.get(NAMES_KEY);
    if (Array.isArray(names)) { for (const name of names.slice(0, MAX_NAMES)) this.#names.add(String(name)); }
    this.#readAt = performance.now();
  }
}

/** Returns the values that pass a test; all values if none does. */
function preferred<T>(all: readonly T[], test: (one: T) => boolean): readonly T[] {
  const some = all.filter(test);
  return some.length > 0 ? some : all;
}

function digest(parts: unknown): string {
  return sha256(JSON.stringify(parts)).slice(0, 32);
}
