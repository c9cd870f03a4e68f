/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, type Dependency, type Handler, type Store } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import type { DatabaseSync } from "node:sqlite";
import { members, session } from "./session.ts";
import { languageOf } from "./settings.ts";
import { Tickets, tickets } from "./tickets.ts";
import { Users, users } from "./users.ts";

/** The database, the store and the key of the application. */
export interface Services {
  readonly database: DatabaseSync;
  /** Sessions, and the outcomes of mutations. */
  readonly store: Store;
  /** Signs the references of regions, so that open pages survive a restart. At least 32 characters. */
  readonly key: string;
}

/** Creates the application. */
export function createApp({ database, store, key }: Services): Handler {
  const own = sessions({ store, idleSeconds: 8 * 60 * 60 });
  return createHandler({
    baseDir: import.meta.dirname,
    // Users who are not signed in can only call actions with `skipHandlerGuard`.
    guard: members,
    principal: own.principal,
    store,
    keys: [key],
    messages: (request) => ({ lang: languageOf(request) }),
    overrides: new Map<Dependency<unknown>, unknown>([
      [session, own.create],
      [tickets, new Tickets(database)],
      [users, new Users(database)],
    ]),
  });
}
