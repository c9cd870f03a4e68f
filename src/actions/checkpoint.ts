/**
 * Where a broken stream is taken up again.
 *
 * @module
 */
import { CHECKPOINT_PATTERN, LAST_EVENT_ID_HEADER } from "../protocol/names.ts";

/** What {@linkcode lastCheckpoint} reads of a handler's context. */
export interface CheckpointContext {
  /** The request. */
  readonly request: Request;
  /** The id of the call, or `null`. */
  readonly requestId: string | null;
}

/**
 * The checkpoint that a resumed stream has passed already.
 *
 * What comes back is the visitor's word: a place to go on from, checked against the places there are, never a permission.
 *
 * @param ctx The handler's context.
 * @param names The checkpoints this stream has, in order.
 * @returns One of the names, or `null` for a stream that begins: none was passed, it belongs to another call, or the
 * request is no GET.
 * @throws {TypeError} When a name is no checkpoint's, or stands there twice.
 *
 * @example Going on where the connection broke
 * ```ts
 * import { action, checkpoint, html, lastCheckpoint } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const watch = action("watch", { method: "GET" }, function* (ctx) {
 *   const passed = lastCheckpoint(ctx, ["loaded"]);
 *   if (passed === null) {
 *     yield html("Loaded", { target: "#state" });
 *     yield checkpoint("loaded");
 *   }
 *   yield html("Done", { target: "#state" });
 * });
 * assertEquals(watch.method, "GET");
 * ```
 */
export function lastCheckpoint<const N extends string>(ctx: CheckpointContext, names: readonly N[]): N | null {
  for (const name of names) {
    if (!CHECKPOINT_PATTERN.test(name)) throw new TypeError(`Cannot resume from "${name}": it is no checkpoint's name`);
  }
  if (new Set(names).size !== names.length) {
    throw new TypeError(`Cannot resume from ${names.join(", ")}: a name marks one place`);
  }
  const { request, requestId } = ctx;
  if (request.method !== "GET" || requestId === null) return null;
  const prefix = `${requestId}:checkpoint:`;
  const last = request.headers.get(LAST_EVENT_ID_HEADER);
  if (last === null || !last.startsWith(prefix)) return null;
  return names.find((name) => name === last.slice(prefix.length)) ?? null;
}
