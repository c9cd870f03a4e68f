// The sessions of each user, so that all of them can be listed and ended. A store cannot be searched.
import { HyperError } from "../errors.ts";
import { isJsonObject } from "../http/json.ts";
import { sha256 } from "../platform/hash.ts";
import type { Store } from "../store/store.ts";
import { fromStore, swapValue } from "./swap.ts";

/** A session of a user. */
export interface UserSession {
  /** Its public ID. */
  readonly id: string;
  /** Its key in the store. */
  readonly key: string;
  /** Time of the sign-in, in milliseconds since 1970. */
  readonly since: number;
}

/** Maximum number of sessions of one user. A sign-in above it ends the oldest. */
export const MAX_USER_SESSIONS = 100;

/** Lists of sessions by user. */
export class UserSessions {
  readonly #store: Store;
  readonly #seconds: number;

  /** @param seconds Time that a list is kept: as long as a session can last. */
  constructor(store: Store, seconds: number) {
    this.#store = store;
    this.#seconds = seconds;
  }

  /** Returns the sessions of a user, the oldest first. Some of them may have ended by their age. */
  async list(user: string): Promise<readonly UserSession[]> {
    return readSessions(await fromStore(() => this.#store.get(listKey(user))));
  }

  /**
   * Adds a session, then calls `store`. A user whose sessions are ended in the meantime has the new one ended too: it is in the list
   * before it is in the store, and must still be in the list after that.
   *
   * @throws {HyperError} 503 if it was ended.
   */
  async add(user: string, session: UserSession, store: () => Promise<void>): Promise<void> {
    const oldest = this.#ageLimit(session.since);
    let left: readonly UserSession[] = [];
    await this.#change(user, (list) => {
      const next = [...list.filter(({ since }) => since > oldest), session].slice(-MAX_USER_SESSIONS);
      left = list.filter((one) => !next.includes(one));
      return next;
    });
    for (const { key } of left) await fromStore(() => this.#store.delete(key));
    await store();
    if ((await this.list(user)).some(({ id }) => id === session.id)) return;
    await fromStore(() => this.#store.delete(session.key));
    throw new HyperError(503, "Cannot start a session: all sessions of its user were ended at this moment", {
      headers: { "retry-after": "1" },
    });
  }

  /** Removes sessions, and deletes them. Returns their number. */
  async end(user: string, isEnded: (session: UserSession) => boolean): Promise<number> {
    let ended: readonly UserSession[] = [];
    await this.#change(user, (list) => {
      ended = list.filter(isEnded);
      return list.filter((one) => !ended.includes(one));
    });
    for (const { key } of ended) await fromStore(() => this.#store.delete(key));
    return ended.length;
  }

  #ageLimit(now: number): number {
    return now - this.#seconds * 1000;
  }

  async #change(user: string, next: (list: readonly UserSession[]) => readonly UserSession[]): Promise<void> {
    await swapValue(this.#store, listKey(user), (value) => {
      const list = readSessions(value);
      const changed = next(list);
      if (changed.length === list.length && changed.every((one, index) => one === list[index])) return undefined;
      return changed.length === 0 ? null : { value: { sessions: changed }, seconds: this.#seconds };
    });
  }
}

function listKey(user: string): string {
  return `hyper:sessions:${sha256(user)}`;
}

function readSessions(value: unknown): readonly UserSession[] {
  if (!isJsonObject(value) || !Array.isArray(value.sessions)) return [];
  return value.sessions.flatMap((one: unknown) => {
    if (!isJsonObject(one)) return [];
    const { id, key, since } = one;
    return typeof id === "string" && typeof key === "string" && typeof since === "number" ? [{ id, key, since }] : [];
  });
}
