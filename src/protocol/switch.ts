// `switch_action`: another action continues a call.
import type { PayloadSource } from "./payload.ts";
import { isOf, type Site } from "./site.ts";
import type { Wire } from "./wire.ts";

/** Maximum number of consecutive switches. */
export const SWITCH_DEPTH_LIMIT = 4;

/** The properties in which the next call differs from the one it continues, except for its id. */
export type Destination =
  & Pick<PayloadSource, "action" | "url" | "method" | "data" | "fields" | "enctype" | "depth">
  & {
    /** A call begins without a checkpoint. */
    readonly checkpoint: "";
    /** The lane is held for it. */
    readonly sync: "none";
  };

/**
 * Decides which action continues a call.
 *
 * @param wire The data of the event.
 * @param depth The number of switches that led to the call.
 * @param page The URL of the page.
 * @returns The next call; nothing when there were too many switches, or the event does not name an action of this site.
 */
export function destinationOf(
  { name, data, method, url = "" }: Wire,
  depth: number,
  page: Site,
): Destination | undefined {
  const to = typeof url === "string" ? URL.parse(url, page.href) : null;
  if (typeof name !== "string" || !name || depth === SWITCH_DEPTH_LIMIT) return undefined;
  if (method !== "GET" && method !== "POST" || !isOf(page, to)) return undefined;
  return {
    action: name,
    url: to.href,
    method,
    // Own properties only, whatever came.
    data: { ...Object(data) },
    fields: null,
    enctype: null,
    depth: depth + 1,
    checkpoint: "",
    sync: "none",
  };
}
