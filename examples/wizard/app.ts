/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, type Handler, type Store } from "@hyper/actions";
import { Drafts, drafts } from "./drafts.ts";

/** Creates the application with a store for the drafts. */
export function createApp(store: Store): Handler {
  return createHandler({ baseDir: import.meta.dirname, store, overrides: new Map([[drafts, new Drafts(store)]]) });
}
