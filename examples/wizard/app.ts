/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { createHandler, type Handler, type Store } from "@hyper/actions";
import { Drafts, drafts } from "./drafts.ts";

/** Makes the application on a store, which keeps the drafts. */
export function createApp(store: Store): Handler {
  return createHandler({ baseDir: import.meta.dirname, store, overrides: new Map([[drafts, new Drafts(store)]]) });
}
