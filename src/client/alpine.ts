/**
 * The bridge to Alpine: `$action` in its expressions, and signals into its data.
 *
 * @module
 */
import { action, type ActionOptions } from "./action.ts";
import { emit } from "./events.ts";

/** As much of Alpine as the bridge needs, of its ordinary build and of the one for strict policies alike. */
export interface AlpineLike {
  /** Defines a `$name`. */
  magic(name: string, callback: (element: HTMLElement) => unknown): void;
  /** Reads a global store, or defines it. */
  store(name: string, value?: Record<string, unknown>): unknown;
  /** The data an element sees, the nearest first. */
  closestDataStack(element: Element): readonly object[];
}

type Data = Record<string, unknown>;

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
    (element) => (name: string, data?: Data, options?: ActionOptions) =>
      action(name, data, { ...options, sourceEl: element }),
  );
  addEventListener("hyper:streamEvent", ({ detail }) => {
    if (detail.event !== "patch_signals" || !isPlain(detail.data)) return;
    const source = detail.sourceEl ?? document.activeElement;
    const scope = source?.closest("[x-data]");
    const near = scope ? Alpine.closestDataStack(scope) : [];
    for (const [name, value] of Object.entries(detail.data)) {
      const global = /^\$./.test(name);
      const place = global ? Alpine.store("hyper") : near.find((data) => Object.hasOwn(data, name)) ?? near[0];
      if (place) merge(place as Data, { [global ? name.slice(1) : name]: value });
    }
    emit("signals", detail.data);
  });
}

/** Merges own properties into an object; `__proto__` would reach its prototype. */
function merge(into: Data, from: Data): void {
  for (const [name, value] of Object.entries(from)) {
    if (name === "__proto__") continue;
    if (isPlain(value)) {
      // A copy, so that what listeners of the event were given does not become reactive data; read back, because of
      // reactive data a nested object is another one than what was put in.
      if (!(Object.hasOwn(into, name) && isPlain(into[name]))) into[name] = {};
      merge(into[name] as Data, value);
    } else into[name] = value;
  }
}

function isPlain(value: unknown): value is Data {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
