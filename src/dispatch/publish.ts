/**
 * Renders items as the message for all watchers of a topic.
 *
 * @module
 */
import { isLivePatch, type LiveMessage, type LivePart } from "../live/message.ts";
import type { Item } from "../results/item.ts";
import { isItem } from "../results/item.ts";
import { type Settling, toPatch } from "./settle.ts";

/**
 * Renders items once for all watchers. A refresh is not rendered: each watcher renders its own page.
 *
 * @param topic The topic, for messages.
 * @param items The items.
 * @param echo The public part of the request id of the call that publishes them; `null` for none.
 * @param settling The parts of the request that rendering needs.
 * @returns The message.
 * @throws {TypeError} When a value is not an item, or an item is for one call only.
 */
export async function toMessage(
  topic: string,
  items: Item | readonly Item[],
  echo: string | null,
  settling: Omit<Settling, "watch">,
): Promise<LiveMessage> {
  const parts: LivePart[] = [];
  for (const item of [items].flat()) {
    if (!isItem(item)) {
      throw new TypeError(`Cannot publish to topic "${topic}": ${typeof item} is not an item; pass html() or toast()`);
    }
    switch (item.kind) {
      case "refresh":
        parts.push({ refresh: item.selector });
        break;
      case "live":
      case "checkpoint":
        throw new TypeError(
          `Cannot publish to topic "${topic}": ${item.kind}() is for one call only; pass html() or toast()`,
        );
      default: {
        const patch = await toPatch(item, settling);
        if (patch !== null && isLivePatch(patch)) parts.push(patch);
      }
    }
  }
  return { kind: "parts", echo, parts };
}
