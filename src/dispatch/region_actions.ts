// The actions of the runtime itself: it asks for regions of its page, or for more of one, and watches the regions of all tabs of its browser.
//
// They pass the same steps as actions of the application. Instead of the guard of the handler, which decides about actions, they ask
// those of the pages and of the regions, as a request for the page does.
import { type Action, action } from "../actions/action.ts";
import type { Intent } from "../actions/intent.ts";
import { MORE_ACTION, REGIONS_ACTION, WATCH_ACTION } from "../protocol/region_names.ts";

/** Renders regions of the page at the address of the call. */
export const RENDER_REGIONS: Action = ownAction(REGIONS_ACTION);
/** Renders the next page of a region of the page at the address of the call. */
export const RENDER_MORE: Action = ownAction(MORE_ACTION);
/** Watches regions of several pages. */
export const WATCH_REGIONS: Action = ownAction(WATCH_ACTION);

const OWN: readonly Action[] = [RENDER_REGIONS, RENDER_MORE, WATCH_REGIONS];

/** Returns the action of the runtime that a request names, or `null`. */
export function regionActionOf(intent: Intent): Action | null {
  if (intent.kind !== "named" || intent.via !== "header") return null;
  return OWN.find(({ name }) => name === intent.name) ?? null;
}

/** Returns whether an action is one of the runtime. */
export function isRegionAction(action: Action): boolean {
  return OWN.includes(action);
}

/** Returns whether an action only reads, so that its work ends when its reader leaves. */
export function isReading(action: Action): boolean {
  return action.method === "GET" || isRegionAction(action);
}

/** Creates an action with a name that an application cannot declare. */
function ownAction(name: string): Action {
  return Object.freeze({ ...action("regions", { skipHandlerGuard: true }, () => {}), name });
}
