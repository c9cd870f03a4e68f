/**
 * The part of a response that the runtime reads.
 *
 * @module
 */

/** A response of `fetch`, or of an upload by `XMLHttpRequest`. */
export type Answer = Pick<Response, "status" | "ok" | "url" | "redirected" | "body"> & {
  readonly headers: Pick<Headers, "get">;
};
