/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { createHandler, type Handler } from "@hyper/actions";
import { type Library, library } from "./library.ts";

/** Makes the application on a library. */
export function createApp(files: Library): Handler {
  return createHandler({ baseDir: import.meta.dirname, overrides: new Map([[library, files]]) });
}
