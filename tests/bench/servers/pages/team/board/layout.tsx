import type { LayoutProps } from "@hyper/actions";
import type { VNode } from "preact";
import { BoardFrame } from "../../../parts.tsx";
import type { context } from "./page.tsx";

export default function BoardLayout({ context: values, children }: LayoutProps<string, typeof context>): VNode {
  // As in the layouts around this one.
  return <BoardFrame count={values.count}>{children as VNode}</BoardFrame>;
}
