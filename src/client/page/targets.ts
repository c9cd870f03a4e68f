/**
 * Finds the targets of patches and events on the page.
 *
 * @module
 */
import { type ActiveCall, emitCallEvent } from "../call/call.ts";
import { all, idOf } from "../dom.ts";
import { nearestOf } from "./layers.ts";

/**
 * Finds the targets of a selector. If there are none, fires `swap:missing` and, on a local address, logs the most
 * similar ids.
 *
 * @throws {Error} When nothing matches and `strict` is `true`.
 */
export function findTargets(target: string | null, call: ActiveCall, strict = false): Element[] {
  const { layer } = call;
  const found = !target ? [] : layer && target === "body" ? [layer.content] : nearestOf(all(target), layer);
  if (!found[0]) {
    emitCallEvent("swap:missing", { ...call, target });
    const message = `Cannot patch the page: nothing matches "${target}", the target of action "${call.action}"`;
    if (strict) throw new Error(message);
    // Only advice for developers: a failure to load it has no effect.
    if (isLocal()) {
      import("./advice.ts").then(({ advise }) => advise(message, target, all("[id]").map(idOf))).catch(() => {});
    }
  }
  return found;
}

/** Returns `true` if the page is on the machine of its developer. */
const isLocal = (): boolean => /^(localhost$|127|\[::1)/.test(location.hostname);
