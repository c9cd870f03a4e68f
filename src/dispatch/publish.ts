/**
 * Items → the message that carries them to everyone who watches a topic.
 *
 * @module
 */
import { isLivePatch, type LiveMessage, type LivePart } from "../live/message.ts";
import type { Item } from "../results/item.ts";
import { isItem } from "../results/item.ts";
import { type Settling, toPatch } from "./settle.ts";

/**
 * Renders what is published, once for all who watch. A refresh travels as it is: each renders it as its own page.
 *
 * @param topic The topic, for messages.
 * @param items What is published.
 * @param echo What is shown of the call that has caused it; `null` for none.
 * @param settling What rendering needs of the request it is published from.
 * @returns The message.
 * @throws {TypeError} When something is no item, or one that is of no use to others.
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
      throw new TypeError(`Cannot publish to topic "${topic}": ${typeof item} is no item, give html() or toast()`);
    }
    switch (item.kind) {
      case "refresh":
        parts.push({ refresh: item.selector });
        break;
      case "live":
      case "checkpoint":
        throw new TypeError(`Cannot publish to topic "${topic}": ${item.kind}() is about one call alone`);
      default: {
        const patch = await toPatch(item, settling);
        if (patch !== null && isLivePatch(patch)) parts.push(patch);
      }
    }
  }
  return { kind: "parts", echo, parts };
}
