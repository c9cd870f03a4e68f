// The session of one request.
import { atOnce } from "../callback.ts";
import type { RequestCookies } from "../http/request_cookies.ts";
import type { StandardSchemaV1 } from "../forms/schema.ts";
import { sha256 } from "../platform/hash.ts";
import type { SessionValues } from "./record.ts";
import { deleteSessionCookies, type SessionCookie, setSessionCookies } from "./session_cookie.ts";
import type { ChangeValues, OpenSession, SessionRecords } from "./session_records.ts";

/** The schemas of the values of a session, by name. */
export type SessionSchemas = Readonly<Record<string, StandardSchemaV1>>;

/**
 * The session of a request: values that the server keeps for one browser, and the user who has signed in.
 *
 * Changes are saved once, before the head of the response is sent. They are merged by name: requests of one browser that run at the
 * same time lose no change, unless they set the same name, for which the last one counts; `update()` loses none. Changes of a request
 * whose session ends in the meantime are dropped.
 *
 * @typeParam S The schemas of the values.
 */
export interface Session<S extends SessionSchemas = SessionSchemas> {
  /** Public ID, for a list of sessions; `null` until the session is stored. It changes when the user signs in. */
  readonly id: string | null;
  /** The user who has signed in, as `signIn()` was called; `null` for an anonymous session. */
  readonly user: string | null;
  /**
   * Returns a value. Changes of the returned object are not saved.
   *
   * @param name The name.
   * @returns The output of the schema; `null` if the value is not set, or is not valid for the schema of today.
   */
  get<K extends keyof S & string>(name: K): StandardSchemaV1.InferOutput<S[K]> | null;
  /**
   * Sets a value.
   *
   * @param name The name.
   * @param value The value, which JSON must be able to represent.
   * @throws {TypeError} If the schema rejects it, or the head of the response was sent.
   */
  set<K extends keyof S & string>(name: K, value: StandardSchemaV1.InferInput<S[K]>): void;
  /**
   * Changes a value, based on the value at the time it is saved: a counter, a list that grows.
   *
   * @param name The name.
   * @param change Receives the value, or `null`; returns the new one. It may be called several times, so it must only compute.
   * @throws {TypeError} If the schema rejects the result, or the head of the response was sent.
   */
  update<K extends keyof S & string>(
    name: K,
    change: (value: StandardSchemaV1.InferOutput<S[K]> | null) => StandardSchemaV1.InferInput<S[K]>,
  ): void;
  /**
   * Removes a value.
   *
   * @param name The name.
   * @throws {TypeError} If the head of the response was sent.
   */
  delete(name: keyof S & string): void;
  /**
   * Signs a user in. The session gets a new secret, so that one which was known before is of no use, and the old one ends. The values
   * of an anonymous session are kept. Those of another user are not.
   *
   * @param user A stable ID of the account, such as its key in the database.
   * @throws {TypeError} If the ID is empty, or the head of the response was sent.
   */
  signIn(user: string): void;
  /**
   * Ends the session: signs the user out, and deletes all values and the cookie.
   *
   * @throws {TypeError} If the head of the response was sent.
   */
  destroy(): void;
}

/** The change of the session itself at the end of the request. */
type Turn =
  | { readonly kind: "stay" }
  /** `keeps` is `false` if the values are those of another user. */
  | { readonly kind: "signIn"; readonly user: string; readonly keeps: boolean }
  | { readonly kind: "end" };

const STAY: Turn = { kind: "stay" };
const NO_VALUES: SessionValues = Object.freeze({});

/** Returns the digest of a user that forms are rendered with. */
export function userTag(user: string): string {
  return sha256(`hyper:user:${user}`).slice(0, 32);
}

/** The session of a request, as it was loaded and with the changes of the request. */
export class RequestSession<S extends SessionSchemas> implements Session<S> {
  readonly #schemas: S;
  readonly #records: SessionRecords;
  readonly #cookies: RequestCookies;
  readonly #cookie: SessionCookie;
  #open: OpenSession | null;
  #values: SessionValues;
  /** The changes since the session was saved, in order. */
  #changes: ChangeValues[] = [];
  #turn: Turn = STAY;

  constructor(
    schemas: S,
    open: OpenSession | null,
    { records, cookies, cookie }: {
      readonly records: SessionRecords;
      readonly cookies: RequestCookies;
      readonly cookie: SessionCookie;
    },
  ) {
    this.#schemas = schemas;
    this.#open = open;
    this.#values = open?.record.values ?? NO_VALUES;
    this.#records = records;
    this.#cookies = cookies;
    this.#cookie = cookie;
    this.#noteUser();
    if (open !== null && !cookies.isHeadSent && records.isSeenOld(open.record)) cookies.beforeHead(this.#save);
  }

  get id(): string | null {
    return this.#turn.kind === "stay" ? this.#open?.record.id ?? null : null;
  }

  get user(): string | null {
    const turn = this.#turn;
    if (turn.kind === "stay") return this.#open?.record.user ?? null;
    return turn.kind === "signIn" ? turn.user : null;
  }

  get<K extends keyof S & string>(name: K): StandardSchemaV1.InferOutput<S[K]> | null {
    return this.#read(name, this.#values);
  }

  set<K extends keyof S & string>(name: K, value: StandardSchemaV1.InferInput<S[K]>): void {
    const stored = this.#toJson(name, value);
    this.#change(name, (values) => ({ ...values, [name]: stored }));
  }

  update<K extends keyof S & string>(
    name: K,
    change: (value: StandardSchemaV1.InferOutput<S[K]> | null) => StandardSchemaV1.InferInput<S[K]>,
  ): void {
    this.#change(name, (values) => ({ ...values, [name]: this.#toJson(name, change(this.#read(name, values))) }));
  }

  delete(name: keyof S & string): void {
    this.#change(name, ({ [name]: _, ...others }) => others);
  }

  signIn(user: string): void {
    if (typeof user !== "string" || user === "") {
      throw new TypeError(`Cannot sign in: the user is ${JSON.stringify(user)}; pass a stable ID of the account`);
    }
    const keeps = this.#mayKeep(user);
    if (!keeps) this.#forget();
    this.#begin({ kind: "signIn", user, keeps });
  }

  destroy(): void {
    this.#forget();
    this.#begin({ kind: "end" });
  }

  #mayKeep(user: string): boolean {
    const turn = this.#turn;
    if (turn.kind === "end" || turn.kind === "signIn" && !turn.keeps) return false;
    return this.user === null || this.user === user;
  }

  #begin(turn: Turn): void {
    this.#saveLater(turn.kind === "end" ? "end the session" : "sign in");
    this.#turn = turn;
    this.#noteUser();
  }

  #forget(): void {
    this.#cookies.hasLeft ||= this.user !== null;
    this.#values = NO_VALUES;
    this.#changes = [];
  }

  #change(name: string, change: ChangeValues): void {
    // First: a value that the schema rejects is not saved.
    const values = change(this.#values);
    this.#saveLater(`change "${name}" of the session`);
    this.#values = values;
    this.#changes.push(change);
  }

  #saveLater(deed: string): void {
    if (this.#cookies.isHeadSent) {
      throw new TypeError(
        `Cannot ${deed}: the head of the response was sent; do it before the first item is yielded and before anything is awaited`,
      );
    }
    this.#cookies.beforeHead(this.#save);
  }

  readonly #save = async (): Promise<void> => {
    const [turn, changes, open] = [this.#turn, this.#changes, this.#open];
    this.#turn = STAY;
    this.#changes = [];
    const change: ChangeValues = (values) => changes.reduce((changed, one) => one(changed), values);
    switch (turn.kind) {
      case "end":
        // A value that was set after `destroy()` starts another session.
        await this.#end(open);
        if (changes.length > 0) return await this.#start(null, change(NO_VALUES));
        return deleteSessionCookies(this.#cookies, this.#cookie);
      case "signIn": {
        const old = await this.#end(open);
        return await this.#start(turn.user, change(turn.keeps ? old?.values ?? NO_VALUES : NO_VALUES));
      }
      case "stay": {
        if (open === null) return await this.#start(null, change(NO_VALUES));
        const record = await this.#records.change(open.token, change);
        // Not the cookie: another tab may have signed in, and its cookie is the one that counts.
        this.#set(record === null ? null : { token: open.token, record });
      }
    }
  };

  async #end(open: OpenSession | null): Promise<OpenSession["record"] | null> {
    this.#set(null);
    return open === null ? null : await this.#records.end(open.token);
  }

  async #start(user: string | null, values: SessionValues): Promise<void> {
    const open = await this.#records.start(user, this.#cookie.secure, values);
    setSessionCookies(this.#cookies, this.#cookie, open);
    this.#set(open);
  }

  #set(open: OpenSession | null): void {
    this.#open = open;
    this.#values = open?.record.values ?? NO_VALUES;
    this.#noteUser();
  }

  #noteUser(): void {
    this.#cookies.userTag = this.user === null ? null : userTag(this.user);
  }

  #read<K extends keyof S & string>(name: K, values: SessionValues): StandardSchemaV1.InferOutput<S[K]> | null {
    const schema = this.#schemaOf(name);
    if (!Object.hasOwn(values, name)) return null;
    const result = atOnce(schema["~standard"].validate(values[name]), `the schema of "${name}"`);
    // The schema made the value, so that it has its output type.
    return result.issues === undefined ? result.value as StandardSchemaV1.InferOutput<S[K]> : null;
  }

  /** Returns a copy of a value as JSON stores it. */
  #toJson(name: string, value: unknown): unknown {
    const text: string | undefined = JSON.stringify(value);
    const stored: unknown = text === undefined ? undefined : JSON.parse(text);
    const { issues } = atOnce(this.#schemaOf(name)["~standard"].validate(stored), `the schema of "${name}"`);
    if (issues === undefined && text !== undefined) return stored;
    throw new TypeError(
      `Cannot set "${name}" of the session: ${
        issues?.[0]?.message ?? `it is of type ${typeof value}`
      }; pass a value that its ` +
        `schema accepts after JSON.stringify()`,
    );
  }

  #schemaOf(name: string): StandardSchemaV1 {
    const schema = Object.hasOwn(this.#schemas, name) ? this.#schemas[name] : undefined;
    if (schema !== undefined) return schema;
    throw new TypeError(`Cannot use "${name}" of the session: it has no schema; add it to "values" of sessions()`);
  }
}
