import type { LayoutProps } from "@hyper/actions";
import type { VNode } from "preact";
import { TeamFrame } from "../../parts.tsx";
import type { context } from "./page.tsx";

export default function TeamLayout({ context: values, children }: LayoutProps<"/team", typeof context>): VNode {
  // As in the layout around this one.
  return <TeamFrame user={values.user}>{children as VNode}</TeamFrame>;
}
