// Whether a page is shown in a layer, over another one.
import { LAYER_HEADER } from "../protocol/names.ts";

/** Returns whether the runtime shows the page of a request in a layer: without its layouts. */
export function isForLayer({ headers }: Pick<Request, "headers">): boolean {
  return headers.get(LAYER_HEADER) === "1";
}
