// The application, without a server: main.ts and the tests create it.
import { createHandler, createSqliteStore, type Dependency, type Handler, type RequestContext } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import type { DatabaseSync } from "node:sqlite";
import { database, openDatabase } from "./database.ts";
import { languageOf } from "./language.ts";
import { members, session } from "./session.ts";
import { clock } from "./time.ts";

export interface AppOptions {
  /** Folder of the database, or `":memory:"`. */
  readonly folder: string;
  /** Returns the moment that counts as now. Default: the clock of the practice. */
  readonly now?: () => string;
}

export interface App extends AsyncDisposable {
  readonly database: DatabaseSync;
  readonly handler: Handler;
}

/** Opens the database, and creates the handler. */
export async function createApp({ folder, now }: AppOptions): Promise<App> {
  const path = (name: string) => folder === ":memory:" ? folder : `${folder}/${name}`;
  const opened = await openDatabase(path("booking.sqlite"));
  const store = await createSqliteStore(path("store.sqlite"));
  const stored = sessions({ store });
  const overrides = new Map<Dependency<unknown>, unknown>([[database, opened]]);
  // A function is called for each request.
  overrides.set(session, ({ deps }: RequestContext) => deps.get(stored));
  if (now !== undefined) overrides.set(clock, now);
  const handler = createHandler({
    baseDir: import.meta.dirname,
    store,
    principal: stored.principal,
    guard: members, // for every action without `skipHandlerGuard`
    messages: (request) => ({ lang: languageOf(request) }),
    overrides,
  });
  return {
    handler,
    database: opened,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await store[Symbol.asyncDispose]();
      opened.close();
    },
  };
}
