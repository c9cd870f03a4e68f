/** The application as a handler, for `main.ts` and for tests. */
import { createHandler, createMemoryStore, type Dependency, type Handler } from "@hyper/actions";
import type { Accounts } from "./accounts.ts";
import { store } from "./kept.ts";
import { accounts, signedIn, tokenOf } from "./session.ts";

/** Makes the application with accounts. */
export function createApp(known: Accounts): Handler {
  const memory = createMemoryStore();
  return createHandler({
    baseDir: import.meta.dirname,
    // Every action needs a sign-in, unless it skips this guard.
    guard: signedIn,
    // The account, not the cookie: a made-up token has no account, and a new session keeps the same principal.
    principal: (request) => {
      const token = tokenOf(request);
      const session = token === null ? null : known.findSession(token);
      return session === null || session.isOver ? null : String(session.user.id);
    },
    store: memory,
    overrides: new Map<Dependency<unknown>, unknown>([[accounts, known], [store, memory]]),
  });
}
