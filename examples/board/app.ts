/** The application as a handler: what an instance serves and what the tests ask. */
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
 * @param shared What it shares with other instances behind one proxy; `null` for one that is alone.
 */
export function createApp(shared: Shared | null): Handler {
  return createHandler({
    baseDir: import.meta.dirname,
    principal: (request) => personOf(request)?.id.toString() ?? null,
    ...(shared === null ? {} : { ...shared, crossOrigin: { trustProxy: true } }),
  });
}
