/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, type Dependency, type Handler } from "@hyper/actions";
import type { Accounts } from "./accounts.ts";
import { accounts, members, session } from "./session.ts";

/** Creates the application with these accounts. A test passes its own sessions, with a clock. */
export function createApp(known: Accounts, own: typeof session = session): Handler {
  return createHandler({
    baseDir: import.meta.dirname,
    // Users who are not signed in can only call actions with `skipHandlerGuard`.
    guard: members,
    // The account, not the cookie: clients can invent cookies, and a new cookie does not change the user.
    principal: own.principal,
    overrides: new Map<Dependency<unknown>, unknown>([[accounts, known], [session, own.create]]),
  });
}
