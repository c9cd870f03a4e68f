/** The application as a handler, for `main.ts` and for tests. */
import { createHandler, type Handler } from "@hyper/actions";
import { type Library, library } from "./library.ts";

/** Makes the application with a library. */
export function createApp(files: Library): Handler {
  return createHandler({ baseDir: import.meta.dirname, overrides: new Map([[library, files]]) });
}
