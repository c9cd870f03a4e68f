/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { createHandler, createMemoryStore, type Dependency, type Handler } from "@hyper/actions";
import type { Accounts } from "./accounts.ts";
import { store } from "./kept.ts";
import { accounts, signedIn, tokenOf } from "./session.ts";

/** Makes the application on those who may sign in. */
export function createApp(known: Accounts): Handler {
  const memory = createMemoryStore();
  return createHandler({
    baseDir: import.meta.dirname,
    // Nothing runs for who is not signed in, but what says that it is for everyone.
    guard: signedIn,
    // The account, not the cookie: a token that was made up is not an account, and a new one leaves the user who they are.
    principal: (request) => {
      const token = tokenOf(request);
      const session = token === null ? null : known.findSession(token);
      return session === null || session.isOver ? null : String(session.user.id);
    },
    store: memory,
    overrides: new Map<Dependency<unknown>, unknown>([[accounts, known], [store, memory]]),
  });
}
