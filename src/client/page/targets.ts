/**
 * Finds the targets of patches and events on the page.
 *
 * @module
 */
import { type ActiveCall, emitCallEvent } from "../call/call.ts";
import { all, idOf } from "../dom.ts";
import { type Layer, layers, nearestOf } from "./layers.ts";

/**
 * Finds the targets of a selector. If there are none, fires `swap:missing` and, on a local address, logs the most
 * similar ids.
 *
 * @throws {Error} When nothing matches and `strict` is `true`.
 */
export function findTargets(target: string | null, call: ActiveCall, strict = false): Element[] {
  const { layer } = call;
  // The page that is shown is another one.
  if (layer?.isLeft) return [];
  const found = !target ? [] : layer && target === "body" ? [layer.content] : ownTargets(target, layer);
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

/**
 * Returns the elements for a call from a layer, or from the page. If the user has closed the layer meanwhile, a target that it had is
 * found in it: a patch for it does not change an element of the page below.
 */
function ownTargets(target: string, layer: Layer | undefined): Element[] {
  const gone = layer && !layers.includes(layer) ? all(target, layer.content) : [];
  return gone[0] ? gone : nearestOf(all(target), layer);
}

/** Returns `true` if the page is on the machine of its developer. */
const isLocal = (): boolean => /^(localhost$|127|\[::1)/.test(location.hostname);
