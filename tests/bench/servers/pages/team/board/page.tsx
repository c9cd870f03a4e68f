import type { VNode } from "preact";
import { items, ItemTable } from "../../../parts.tsx";

export const context = { count: (): number => items.length };

export default function BoardPage(): VNode {
  return <ItemTable items={items.slice(0, 20)} />;
}
