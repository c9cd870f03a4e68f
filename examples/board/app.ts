/** The application as a handler, for an instance and for tests. */
import { type Bus, createHandler, type Handler, type Store } from "@hyper/actions";
import { personOf } from "./session.ts";

/** Store and bus that the instances share. */
export interface Shared {
  readonly store: Store;
  readonly bus: Bus;
}

/**
 * Makes the application.
 *
 * @param shared The store and bus of several instances behind one proxy; `null` for a single instance.
 */
export function createApp(shared: Shared | null): Handler {
  return createHandler({
    baseDir: import.meta.dirname,
    principal: (request) => personOf(request)?.id.toString() ?? null,
    ...(shared === null ? {} : { ...shared, crossOrigin: { trustProxy: true } }),
  });
}
