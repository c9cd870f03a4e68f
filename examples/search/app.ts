/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { createHandler, type Handler } from "@hyper/actions";

/** Makes the application. */
export function createApp(): Handler {
  return createHandler({ baseDir: import.meta.dirname });
}
