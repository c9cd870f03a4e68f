/** The application as a handler, for an instance and for tests. */
import { type Bus, createHandler, type Handler, type Store } from "@hyper/actions";
import { personOf } from "./session.ts";

/** Store and bus that the instances share. */
export interface Shared {
  readonly store: Store;
  readonly bus: Bus;
  /** Signs the references of regions: an instance must know those of the others. At least 32 characters. */
  readonly key: string;
}

/**
 * Makes the application.
 *
 * @param shared The store and bus of several instances behind one proxy; `null` for a single instance.
 */
export function createApp(shared: Shared | null): Handler {
  const { key, ...services } = shared ?? { key: crypto.randomUUID() };
  return createHandler({
    baseDir: import.meta.dirname,
    principal: (request) => personOf(request)?.id.toString() ?? null,
    keys: [key],
    ...(shared === null ? {} : { ...services, crossOrigin: { trustProxy: true } }),
  });
}
