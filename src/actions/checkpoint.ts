// Checkpoints of a stream that is resumed.
import { CHECKPOINT_PATTERN, LAST_EVENT_ID_HEADER } from "../protocol/names.ts";

/** The properties of an action's context that {@linkcode lastCheckpoint} reads. */
export interface CheckpointContext {
  /** The request. */
  readonly request: Request;
  /** ID of the call, or `null`. */
  readonly requestId: string | null;
}

/**
 * Returns the last checkpoint that the client received before its stream was interrupted.
 *
 * The client sends the name, so this only accepts one of `names`. Use it to choose where to continue, never as a
 * permission.
 *
 * @param ctx The context of the action function.
 * @param names The checkpoints of this stream, in order.
 * @returns One of the names; `null` if the stream starts from the beginning, if the checkpoint belongs to another call,
 *   or if the method is not GET.
 * @throws {TypeError} If a name is invalid or repeated.
 *
 * @example Resuming after a lost connection
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
    if (!CHECKPOINT_PATTERN.test(name)) {
      throw new TypeError(
        `Cannot resume from "${name}": it is not a checkpoint name; use a letter or digit and up to 63 letters, digits, dots, dashes or underscores`,
      );
    }
  }
  if (new Set(names).size !== names.length) {
    throw new TypeError(
      `Cannot resume from ${names.join(", ")}: a name is repeated; give each checkpoint its own name`,
    );
  }
  const { request, requestId } = ctx;
  if (request.method !== "GET" || requestId === null) return null;
  const prefix = `${requestId}:checkpoint:`;
  const last = request.headers.get(LAST_EVENT_ID_HEADER);
  if (last === null || !last.startsWith(prefix)) return null;
  return names.find((name) => name === last.slice(prefix.length)) ?? null;
}
