/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, createMemoryStore, type Dependency, type Handler } from "@hyper/actions";
import type { Accounts } from "./accounts.ts";
import { store } from "./kept.ts";
import { accounts, signedIn, tokenOf } from "./session.ts";

/** Creates the application with these accounts. */
export function createApp(known: Accounts): Handler {
  const memory = createMemoryStore();
  return createHandler({
    baseDir: import.meta.dirname,
    // Users who are not signed in can only call actions with `skipHandlerGuard`.
    guard: signedIn,
    // The account, not the cookie: clients can invent tokens, and a new token does not change the user.
    principal: (request) => {
      const token = tokenOf(request);
      const session = token === null ? null : known.findSession(token);
      return session === null || session.isOver ? null : String(session.user.id);
    },
    store: memory,
    overrides: new Map<Dependency<unknown>, unknown>([[accounts, known], [store, memory]]),
  });
}
