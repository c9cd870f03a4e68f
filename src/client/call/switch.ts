/**
 * `switch_action`: another action goes on in the place of a call. Loaded with the first one.
 *
 * @module
 */
import type { CallSource } from "./call.ts";
import { isOwn } from "../navigate/own_url.ts";
import type { Wire } from "./wire.ts";

/** The part of a call in which it differs from the one whose place it takes, but for its id. */
export type Destination =
  & Pick<CallSource, "action" | "url" | "method" | "data" | "fields" | "enctype" | "depth" | "sync">
  & { readonly checkpoint: string };

/**
 * Decides which call goes on.
 *
 * @param wire The data of the event.
 * @param depth The number of switches that led to the call which is left.
 * @returns The call; nothing where the event does not name an action of this site.
 */
export function destinationOf(
  { name, data, method, url = location.href }: Wire,
  depth: number,
): Destination | undefined {
  const to = typeof url === "string" ? URL.parse(url, location.href) : null;
  if (typeof name !== "string" || !name || !/^(GET|POST)$/.test(`${method}`) || !isOwn(to)) return undefined;
  return {
    action: name,
    url: to.href,
    method: `${method}`,
    // Own properties and no others, of whatever came.
    data: { ...Object(data) },
    fields: null,
    enctype: "",
    depth: depth + 1,
    checkpoint: "",
    // The lane is held for it.
    sync: "none",
  };
}
