/**
 * Signals into Alpine's data. Loaded when Alpine is, and with it.
 *
 * @module
 */
import { doc, dom, emit } from "../later/runtime_exports.ts";
import type { StreamEventDetail } from "../events.ts";

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
 * Puts signals where they belong: those whose name begins with `$` into the store `hyper`, any other into the nearest
 * `x-data` that has a property of its name, else into the nearest. Nothing happens when the data of the event is no object.
 *
 * @param Alpine Whose data it is.
 * @param detail The event that brought them.
 */
export function patchSignals(Alpine: AlpineLike, { data, sourceEl }: StreamEventDetail): void {
  if (!isPlain(data)) return;
  const scope = dom(sourceEl ?? doc.activeElement)?.closest("[x-data]");
  const near = scope ? Alpine.closestDataStack(scope) : [];
  for (const [name, value] of Object.entries(data)) {
    const global = /^\$./.test(name);
    const place = global ? Alpine.store("hyper") : near.find((data) => Object.hasOwn(data, name)) ?? near[0];
    // Alpine's stores and scopes are objects.
    if (place) merge(place as Data, { [global ? name.slice(1) : name]: value });
  }
  emit("signals", data);
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
  return Object.getPrototypeOf(value ?? 0) === Object.prototype;
}
