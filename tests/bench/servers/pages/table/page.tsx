import type { VNode } from "preact";
import { items, ItemTable } from "../../parts.tsx";

export default function TablePage(): VNode {
  return <ItemTable items={items} />;
}
