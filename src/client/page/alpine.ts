/**
 * The bridge to Alpine: `$action` in its expressions, and signals into its data.
 *
 * @module
 */
import { action, type CallOptions } from "../call/action.ts";
import { loadLater, tryLater } from "../later/load_later.ts";
import type { AlpineLike } from "./signals.ts";

/**
 * Lets Alpine call actions and receive signals.
 *
 * In every expression there is `$action(name, data, options)`, which is `window.action` with the element as its
 * `sourceEl`. Of the signals of an answer those whose name begins with `$` go into the store `hyper`, without the `$`;
 * any other goes into the nearest `x-data` around that element which has a property of its name, else into the nearest.
 * Objects are merged, everything else is replaced. Afterwards `hyper:signals` is fired with all of them.
 *
 * @param Alpine What `Alpine.plugin()` hands over.
 *
 * @example Starting Alpine with it
 * ```ts ignore
 * import Alpine from "alpinejs";
 * import { hyperAlpine } from "@hyper/actions/client";
 *
 * Alpine.plugin(hyperAlpine);
 * Alpine.start();
 * ```
 */
export function hyperAlpine(Alpine: AlpineLike): void {
  if (!Alpine.store("hyper")) Alpine.store("hyper", {});
  Alpine.magic(
    "action",
    (element) => (name: string, data?: object, options?: CallOptions) =>
      action(name, data, { ...options, sourceEl: element }),
  );
  // Asked for now, so that it is there when the first signal comes; that it cannot be had is told then.
  tryLater();
  addEventListener("hyper:streamEvent", ({ detail }) => {
    if (detail.event !== "patch_signals") return;
    // The call is over when its signals are in place.
    detail.waitUntil(loadLater().then(({ patchSignals }) => patchSignals(Alpine, detail)));
  });
}
