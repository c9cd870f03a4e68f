/**
 * Writes page state into Alpine data. Loaded with Alpine.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import { emit, type StreamEventDetail } from "../events.ts";

/** The part of Alpine that the bridge uses. The build for strict content security policies has it too. */
export interface AlpineLike {
  /** Defines the magic property `$name`. */
  magic(name: string, callback: (element: HTMLElement) => unknown): void;
  /** Reads or defines a global store. */
  store(name: string, value?: Record<string, unknown>): unknown;
  /** Returns the data scopes of an element, the nearest first. */
  closestDataStack(element: Element): readonly object[];
}

type Data = Record<string, unknown>;

/**
 * Writes values of the page state: those whose name begins with `$` into the store `hyper`, others into the nearest
 * `x-data` that has a property of that name, or else into the nearest. Data that is not an object is ignored.
 *
 * @param detail The event that brought the values.
 */
export function patchSignals(Alpine: AlpineLike, { data, sourceEl }: StreamEventDetail): void {
  if (!isPlain(data)) return;
  const scope = dom(sourceEl ?? doc.activeElement)?.closest("[x-data]");
  const near = scope ? Alpine.closestDataStack(scope) : [];
  for (const [name, value] of Object.entries(data)) {
    const global = /^\$./.test(name);
    const place = global ? Alpine.store("hyper") : near.find((data) => Object.hasOwn(data, name)) ?? near[0];
    // Alpine stores and scopes are objects.
    if (place) merge(place as Data, { [global ? name.slice(1) : name]: value });
  }
  emit("signals", data);
}

/** Merges own properties into an object, except `__proto__`, which would reach its prototype. */
function merge(into: Data, from: Data): void {
  for (const [name, value] of Object.entries(from)) {
    if (name === "__proto__") continue;
    if (isPlain(value)) {
      // A copy, so that the event detail does not become reactive data. Read back: reactive data returns a proxy.
      if (!(Object.hasOwn(into, name) && isPlain(into[name]))) into[name] = {};
      merge(into[name] as Data, value);
    } else into[name] = value;
  }
}

function isPlain(value: unknown): value is Data {
  return Object.getPrototypeOf(value ?? 0) === Object.prototype;
}
