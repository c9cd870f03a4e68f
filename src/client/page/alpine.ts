/**
 * The bridge to Alpine: `$action` in its expressions, and page state in its data.
 *
 * @module
 */
import { action, type CallOptions } from "../call/action.ts";
import { loadPart, tryPart } from "../parts/load_part.ts";
import type { AlpineLike } from "./signals.ts";

/**
 * Connects Alpine to actions and page state.
 *
 * Every expression can call `$action(name, data, options)`, which is `window.action` with the element as its
 * `sourceEl`. A page state value whose name begins with `$` is set in the store `hyper`, without the `$`. Any other is
 * set in the nearest `x-data` around the source element that has a property of its name, or else in the nearest.
 * Objects are merged, other values replaced. Then `hyper:signals` is fired.
 *
 * @param Alpine The argument of a plugin of `Alpine.plugin()`.
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
  // Loaded early, so that it is ready for the first values. A failure is reported then.
  tryPart("extras");
  addEventListener("hyper:streamEvent", ({ detail }) => {
    if (detail.event !== "patch_signals") return;
    // The call ends after its values are set.
    detail.waitUntil(loadPart("extras").then(({ patchSignals }) => patchSignals(Alpine, detail)));
  });
}
