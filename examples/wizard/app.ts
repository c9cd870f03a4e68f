/** The application as a handler, for `main.ts` and for tests. */
import { createHandler, type Handler, type Store } from "@hyper/actions";
import { Drafts, drafts } from "./drafts.ts";

/** Makes the application with a store for drafts. */
export function createApp(store: Store): Handler {
  return createHandler({ baseDir: import.meta.dirname, store, overrides: new Map([[drafts, new Drafts(store)]]) });
}
