// The cookies of one request and of its response.
import type { Cookie, Cookies } from "../cookies.ts";
import { type Holder, UNKNOWN_HOLDER } from "./caller.ts";
import { formatSetCookie, isExpired, parseCookies, parseSetCookie } from "./cookie.ts";

/** Stores the cookies of a mutation for its retries. */
export interface CookieKeeper {
  keepCookie(value: string): void;
  headSent(): void;
}

/** Work that must be done before the head of a response is sent. */
export type HeadTask = () => void | PromiseLike<void>;

const NONE: readonly string[] = Object.freeze([]);
const NO_CLIENT = Object.freeze({ holder: UNKNOWN_HOLDER });

/** Reads the cookies of a request on demand, and collects those of the response until its head is sent. */
export class RequestCookies implements Cookies {
  readonly #request: Pick<Request, "headers">;
  readonly #client: { readonly holder: Holder };
  /** The values by name; parsed on the first read. */
  #sent: Map<string, string[]> | null = null;
  /** The values of `Set-Cookie`. */
  #set: readonly string[] = NONE;
  /** The cookies that the response sets, `null` for a deleted one; `null` until one is set. */
  #changed: Map<string, string | null> | null = null;
  #tasks: Set<HeadTask> | null = null;
  #keeper: CookieKeeper | null = null;
  #isHeadSent = false;
  /** `true` if the response depends on the user, so that no cache may keep it. */
  isPrivate = false;
  /**
   * Digest of the user of the session, once it was loaded and has one. A form is rendered with it, so that the form of one user does
   * not run as another.
   */
  userTag: string | null = null;
  /** `true` if the response signs the user out, or another user in: what waits for the user before is not for the next one. */
  hasLeft = false;
  /** The digest that the form of the request was rendered with, once its body was read. */
  sentUserTag: string | null = null;
  /** The action that runs, for messages. */
  actionName: string | null = null;

  /**
   * @param request The request, of which only the headers are read.
   * @param client The client that has sent it. Default: not known.
   */
  constructor(request: Pick<Request, "headers">, client: { readonly holder: Holder } = NO_CLIENT) {
    this.#request = request;
    this.#client = client;
  }

  /** The holder for the address of the client, for what is kept for the request. */
  get holder(): Holder {
    return this.#client.holder;
  }

  /** `true` when the head of the response was sent, so that no cookie can be set. */
  get isHeadSent(): boolean {
    return this.#isHeadSent;
  }

  /** Digest of the user, by the session or as the principal; `null` if the request has used neither. */
  get knownUserTag(): string | null {
    return this.userTag ?? principalTags.get(this.#request) ?? null;
  }

  /**
   * `true` if the form of the request was rendered for another user: on a shared computer, the form of one must not run as the next.
   * A request that has used its session neither for its principal nor otherwise is not compared, so that this is read after guards
   * and injected values.
   */
  get isOfOtherUser(): boolean {
    const userTag = this.knownUserTag;
    return this.sentUserTag !== null && userTag !== null && this.sentUserTag !== userTag;
  }

  get(name: string): string | null {
    const changed = this.#changed?.get(name);
    if (changed !== undefined) return changed;
    const [first, ...others] = this.all(name);
    return first === undefined || others.some((other) => other !== first) ? null : first;
  }

  all(name: string): readonly string[] {
    return (this.#sent ??= groupByName(this.#request.headers)).get(name) ?? NONE;
  }

  set(cookie: Cookie): void {
    this.#add(cookie.name, formatSetCookie(cookie));
  }

  delete(cookie: Pick<Cookie, "name" | "path" | "domain" | "partitioned" | "secure">): void {
    this.#add(cookie.name, formatSetCookie({ ...cookie, value: "", maxAge: 0 }));
  }

  /** Runs a task before the head is sent, and not again. */
  beforeHead(task: HeadTask): void {
    (this.#tasks ??= new Set()).add(task);
  }

  /** Runs the tasks that are due, one after another. Rejects with the first error. */
  async settle(): Promise<void> {
    while (this.#tasks !== null) {
      const tasks = this.#tasks;
      this.#tasks = null;
      for (const task of tasks) await task();
    }
  }

  /** `true` if a task is due. */
  get isUnsettled(): boolean {
    return this.#tasks !== null;
  }

  /** Keeps the cookies that are set from now on for the retries of a mutation. */
  keepWith(keeper: CookieKeeper): void {
    this.#keeper = keeper;
  }

  /** Adds the cookies of the first run to the response of a retry. */
  restore(values: readonly string[]): void {
    for (const value of values) this.#note(value);
  }

  /** Returns the values of `Set-Cookie`, for the head of the response. No other can be set from then on. */
  takeCookies(): readonly string[] {
    this.#isHeadSent = true;
    this.#keeper?.headSent();
    return this.#set;
  }

  #add(name: string, value: string): void {
    if (this.#isHeadSent) {
      const where = this.actionName === null ? "" : ` in action "${this.actionName}"`;
      throw new TypeError(
        `Cannot set cookie "${name}"${where}: the head of the response was sent; set it before the first item is yielded and ` +
          `before anything is awaited`,
      );
    }
    this.#note(value);
    this.#keeper?.keepCookie(value);
  }

  #note(value: string): void {
    const cookie = parseSetCookie(value);
    this.#set = [...this.#set, value];
    (this.#changed ??= new Map()).set(cookie.name, isExpired(cookie) ? null : cookie.value);
  }
}

/** The digests of users who were identified by their session as the principal of a request. */
const principalTags = new WeakMap<object, string>();

/** Notes the digest of the user who is the principal of a request. */
export function notePrincipal(request: Request, userTag: string): void {
  principalTags.set(request, userTag);
}

/** Returns the digest of the user of the session that the request has used; `null` without one. */
export function userTagOf(cookies: Cookies): string | null {
  return cookies instanceof RequestCookies ? cookies.userTag : null;
}

/** Returns the digest of the user, by the session or as the principal; `null` if the request has used neither. */
export function knownUserTagOf(cookies: Cookies): string | null {
  return cookies instanceof RequestCookies ? cookies.knownUserTag : null;
}

function groupByName(headers: Headers): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { name, value } of parseCookies(headers)) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}
