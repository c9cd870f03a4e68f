// `close()`: closes the layer that a call comes from.
import { type CloseItem, stamp } from "./item.ts";

/** Options for {@linkcode close}. */
export interface CloseOptions {
  /** The page to show if the call does not come from a layer, as without scripts. Default: the page of the form. */
  readonly redirect?: string | URL | undefined;
}

/**
 * Closes the layer that the call comes from. The element that has opened it receives the value: see `hyper-layer`. Event
 * `close_layer`.
 *
 * A page that is not shown in a layer cannot be closed: there, and without scripts, this is a redirect.
 *
 * @param value The value, as JSON data, such as the ID of what was created. Default: `null`.
 * @param options The page to show without a layer.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { action, changed, close } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const create = action("create_ticket", () => [changed("tickets"), close(7, { redirect: "/tickets" })]);
 * assertEquals(create.method, "POST");
 * assertEquals(close(7).value, 7);
 * ```
 */
export function close(value: unknown = null, { redirect }: CloseOptions = {}): CloseItem {
  return stamp({ kind: "close", value, redirect: redirect === undefined ? null : String(redirect) });
}
