// The sessions in a store: read, started, changed and ended.
import type { Store } from "../store/store.ts";
import {
  MAX_SESSION_CHARACTERS,
  randomToken,
  readRecord,
  secondsLeft,
  type SessionAges,
  sessionKey,
  type SessionRecord,
  type SessionValues,
} from "./record.ts";
import { fromStore, swapValue } from "./swap.ts";
import { UserSessions } from "./user_sessions.ts";

/** A session with its secret. */
export interface OpenSession {
  readonly token: string;
  readonly record: SessionRecord;
}

/** Options for {@linkcode SessionRecords}. */
export interface SessionRecordsOptions extends SessionAges {
  readonly store: Store;
  /** Returns the time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Changes the values of a session. Called again if another request has changed them in the meantime. */
export type ChangeValues = (values: SessionValues) => SessionValues;

/** The sessions of an application. */
export class SessionRecords {
  readonly users: UserSessions;
  readonly #store: Store;
  readonly #ages: SessionAges;
  readonly #now: () => number;
  /** The last change of each session in this process: they take turns, so that they need not try again. */
  readonly #changes = new Map<string, Promise<unknown>>();

  constructor({ store, idleSeconds, maxSeconds, now }: SessionRecordsOptions) {
    this.#store = store;
    this.#ages = { idleSeconds, maxSeconds };
    this.#now = now;
    this.users = new UserSessions(store, maxSeconds);
  }

  /** Returns the session of a key; `null` if it has ended. */
  async find(key: string): Promise<SessionRecord | null> {
    return this.#alive(await fromStore(() => this.#store.get(key)));
  }

  /** Returns whether the time of the last request must be noted: at most ten times in the idle age, and once a minute. */
  isSeenOld({ seen }: SessionRecord): boolean {
    return this.#now() - seen > Math.min(60, this.#ages.idleSeconds / 10) * 1000;
  }

  /** Starts a session. */
  async start(user: string | null, secure: boolean, values: SessionValues): Promise<OpenSession> {
    const token = randomToken();
    const now = this.#now();
    const record: SessionRecord = { id: crypto.randomUUID(), user, secure, since: now, seen: now, values };
    checkSize(values);
    const key = sessionKey(token);
    const { idleSeconds, maxSeconds } = this.#ages;
    const store = () => fromStore(() => this.#store.put(key, record, Math.min(idleSeconds, maxSeconds)));
    if (user === null) await store();
    else await this.users.add(user, { id: record.id, key, since: now }, store);
    return { token, record };
  }

  /** Changes a session, and notes the time. Returns the new state; `null` if it has ended. */
  async change(token: string, change: ChangeValues): Promise<SessionRecord | null> {
    const key = sessionKey(token);
    return await this.#inTurn(key, async () => {
      let changed: SessionRecord | null = null;
      await swapValue(this.#store, key, (value) => {
        const record = this.#alive(value);
        if (record === null) {
          changed = null;
          return undefined;
        }
        changed = { ...record, seen: Math.max(record.seen, this.#now()), values: change(record.values) };
        checkSize(changed.values);
        return { value: changed, seconds: secondsLeft(changed, this.#ages, this.#now()) };
      });
      return changed;
    });
  }

  /** Ends a session. Returns its last state; `null` if it had ended. Of several callers, one gets the state. */
  async end(token: string): Promise<SessionRecord | null> {
    const key = sessionKey(token);
    const record = this.#alive(await this.#inTurn(key, () => swapValue(this.#store, key, () => null)));
    if (record !== null && record.user !== null) await this.users.end(record.user, ({ id }) => id === record.id);
    return record;
  }

  #alive(value: unknown): SessionRecord | null {
    const record = readRecord(value);
    return record === null || secondsLeft(record, this.#ages, this.#now()) === 0 ? null : record;
  }

  async #inTurn<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(key);
    // The error of the one before is thrown to its own caller.
    const turn = before === undefined ? run() : before.then(run, run);
    this.#changes.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#changes.get(key) === turn) this.#changes.delete(key);
    }
  }
}

function checkSize(values: SessionValues): void {
  const size = JSON.stringify(values).length;
  if (size <= MAX_SESSION_CHARACTERS) return;
  throw new RangeError(
    `Cannot save the session: its values have ${size} characters as JSON, at most ${MAX_SESSION_CHARACTERS} are kept; keep large ` +
      `values in the database of the application`,
  );
}
