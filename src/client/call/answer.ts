/**
 * The head of an answer.
 *
 * @module
 */

/** An answer, as `fetch` gives it or as an upload imitates it. */
export type Answer = Pick<Response, "status" | "ok" | "url" | "redirected" | "body"> & {
  readonly headers: Pick<Headers, "get">;
};
