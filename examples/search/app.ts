/** The application as a handler, for `main.ts` and for tests. */
import { createHandler, type Handler } from "@hyper/actions";

/** Makes the application. */
export function createApp(): Handler {
  return createHandler({ baseDir: import.meta.dirname });
}
