import { ClientScript, type LayoutProps } from "@hyper/actions";
import type { VNode } from "preact";
import { Shell } from "../parts.tsx";

export default function RootLayout({ children }: LayoutProps): VNode {
  // What a layout is given as children is what Preact takes as such.
  return <Shell head={<ClientScript />}>{children as VNode}</Shell>;
}
