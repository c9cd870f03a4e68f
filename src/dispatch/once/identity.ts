/**
 * The identity of a request: whose mutation it is.
 *
 * The principal where the application names one. Else the cookies of its sessions and `Authorization`: the cookies that
 * `idempotency.cookies` names, or those that this application sets `HttpOnly`. Their names are learned as answers set them, and kept in
 * the store, so that they are known after a restart and to other instances. All other cookies are left out: a script that counts
 * visits changes one between a first try and its repeat.
 *
 * @module
 */
import { sha256 } from "../../platform/hash.ts";
import type { Store } from "../../store/store.ts";
import { cookieNames, mergeCookies, pairsOf, readSetCookie } from "./cookies.ts";

/** Returns the principal of a request, as `createHandler({ principal })` does. */
export type PrincipalOf = (request: Request) => string | null | PromiseLike<string | null>;

/** Options for {@linkcode createIdentities}. */
export interface IdentitiesOptions {
  /** The store in which learned names are kept. */
  readonly store: Store;
  /** The names of the cookies that stand for a session. Default: those that answers set `HttpOnly`. */
  readonly cookies?: readonly string[] | undefined;
  /** Names the principal of a request; `null` where the application does not. */
  readonly principal: PrincipalOf | null;
}

/** The identity of a request, in digests. */
export interface Identity {
  /** The principal, else the session; `null` for an anonymous user. */
  readonly user: string | null;
  /** The cookies of its sessions, and `Authorization`; `null` where it has none. */
  readonly session: string | null;
}

/** The identity that an answer makes. */
export interface NewIdentity {
  /** Its digest, as in {@linkcode Identity}. */
  readonly user: string;
  /** The cookies it is made with, as `name=value`: a client that sends all of them has received the answer. */
  readonly credentials: readonly string[];
}

/** Tells requests apart by their identity. */
export interface Identities {
  /**
   * Returns the identity of a request.
   *
   * @param request The request, of which only headers are read.
   * @param principal Its principal, or `null`.
   * @returns The identity; a promise of it if the names of cookies have to be read, which rejects with the error of the store.
   */
  of(request: Pick<Request, "headers">, principal: string | null): Identity | Promise<Identity>;
  /**
   * Returns the identity that the cookies of an answer make of that of its request.
   *
   * @param request The request.
   * @param before Its identity.
   * @param cookies The values of `Set-Cookie`.
   * @returns The identity; `null` where it is the same, or that of an anonymous user.
   */
  after(request: Request, before: Identity, cookies: readonly string[]): Promise<NewIdentity | null>;
  /** Returns whether a cookie stands for a session, as far as is known now. */
  isIdentity(name: string): boolean;
  /** Learns the names of cookies from the values of `Set-Cookie`. */
  learn(cookies: readonly string[]): Promise<void>;
}

/** The key of the names in the store. */
const NAMES_KEY = "hyper:once:cookies";
/** Seconds that names are kept: as long as a browser keeps a cookie (RFC 6265bis, 5.5). */
const NAMES_SECONDS = 400 * 24 * 60 * 60;
/** Milliseconds after which they are read again: another instance may have learned one. */
const NAMES_AGE = 60_000;
/** Names that are learned at most: an application that makes up a name for each answer has none that stands for a session. */
const MAX_NAMES = 50;
/** The library's own cookies: what they say is shown once, and stands for no session. */
const OWN_COOKIE = /^(?:__Host-|__Secure-)?hyper_(?:flash|dev)/i;

/**
 * Makes the identities of a handler.
 *
 * @param options Where they come from.
 * @returns The identities.
 * @throws {TypeError} When a name is not that of a cookie.
 */
export function createIdentities(options: IdentitiesOptions): Identities {
  return new CookieIdentities(options);
}

class CookieIdentities implements Identities {
  readonly #store: Store;
  readonly #principal: PrincipalOf | null;
  readonly #isFixed: boolean;
  readonly #names: Set<string>;
  /** Set by a name that the store does not have yet. */
  #isUnsaved = false;
  /** Settled when the store has been told; `null` while it is not being told. */
  #saving: Promise<void> | null = null;
  /** When the names were read last, on the clock of `performance.now()`; `null` before. */
  #readAt: number | null = null;

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
    const cookies = pairsOf(request).filter(({ name }) => this.#names.has(name));
    if (cookies.length === 0 && authorization === null) return null;
    return digest(["session", authorization, cookies.map(({ pair }) => pair).sort()]);
  }

  async after(request: Request, before: Identity, cookies: readonly string[]): Promise<NewIdentity | null> {
    this.#add(cookies);
    if (this.#principal === null && !cookieNames(cookies).some((name) => this.#names.has(name))) return null;
    const headers = new Headers(request.headers);
    headers.set("cookie", mergeCookies(request, cookies));
    const next = new Request(request.url, { headers });
    const principal = this.#principal === null ? null : await this.#principal(next);
    const { user } = await this.of(next, principal);
    if (user === null || user === before.user) return null;
    const sent = new Set(pairsOf(request).map(({ pair }) => pair));
    const made = cookies.map(readSetCookie).filter(({ isRemoved, pair }) => !isRemoved && !sent.has(pair));
    // Of a session before others, which tell less, and sent everywhere: one that is sent nowhere else is not waited for.
    const own = preferred(made, ({ name }) => this.#names.has(name));
    return { user, credentials: preferred(own, ({ isForAllPaths }) => isForAllPaths).map(({ pair }) => pair) };
  }

  isIdentity(name: string): boolean {
    return this.#names.has(name);
  }

  async learn(cookies: readonly string[]): Promise<void> {
    this.#add(cookies);
    if (!this.#isUnsaved) return;
    // Told once at a time: where the store does not answer, each answer with a cookie would ask it once more, and report it.
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
    for (const { name, isHttpOnly } of cookies.map(readSetCookie)) {
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

/** Those of which something is true; all of them where it is true of none. */
function preferred<T>(all: readonly T[], test: (one: T) => boolean): readonly T[] {
  const some = all.filter(test);
  return some.length > 0 ? some : all;
}

function digest(parts: unknown): string {
  return sha256(JSON.stringify(parts)).slice(0, 32);
}
