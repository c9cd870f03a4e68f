/**
 * A response, as far as the runtime reads it.
 *
 * @module
 */

/** A response of `fetch`, or of an upload by `XMLHttpRequest`. */
export type Answer = Pick<Response, "status" | "ok" | "url" | "redirected" | "body"> & {
  readonly headers: Pick<Headers, "get">;
};
