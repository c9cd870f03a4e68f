// The virtual node of a page in its layouts.
import type { ComponentChildren, ComponentType, VNode } from "preact";
import { atOnce } from "../callback.ts";
import type { LayoutEntry } from "../pages/folder_tree.ts";
import type { PageTree } from "../pages/page.ts";
import type { Markup } from "../results/markup.ts";
import { type PageState, PageStateProvider } from "./page_state.ts";

/** A page in its layouts. */
export interface PageNode {
  /** The node to render. */
  readonly node: VNode;
  /** Throws a `TypeError` if a layout did not render its children. Call it after rendering. */
  checkLayouts(): void;
}

/** Returns the virtual node of a page in its layouts. */
export function pageNode({ body, props, layouts, file }: PageTree, state: PageState): PageNode {
  const rendered = new Set<LayoutEntry>();
  const inner = body.kind === "component" ? component(body.component, body.props, file) : asChildren(body.content);
  const node = layouts.reduceRight<ComponentChildren>((content, layout) => {
    const children = <Slot onRender={() => rendered.add(layout)}>{content}</Slot>;
    return component(layout.component, { ...props, children }, layout.file);
  }, inner);
  const checkLayouts = (): void => {
    // An outer layout that omits its children omits the inner layouts too, so that the first one is at fault.
    const empty = layouts.find((layout) => !rendered.has(layout));
    if (empty === undefined) return;
    throw new TypeError(
      `Cannot render "${file}": the layout "${empty.file}" does not render its children; put {children} where the page belongs`,
    );
  };
  return { node: inState(state, node), checkLayouts };
}

/** Provides the state of a render to the components of a node. */
export function inState(state: PageState, node: ComponentChildren): VNode {
  return <PageStateProvider value={state}>{node}</PageStateProvider>;
}

/** Returns markup as Preact's type. They are the same values; only this folder may name Preact. */
export function asChildren(content: Markup): ComponentChildren {
  return content as ComponentChildren;
}

/** Returns the node of a page or a layout. Its module reader has checked that it is a function; it may be a class of Preact. */
function component(type: unknown, props: object, file: string): VNode {
  const isClass = typeof type === "function" && typeof type.prototype?.render === "function";
  const Class = type as ComponentType<object>;
  return isClass ? <Class {...props} /> : <Called call={type as CalledProps["call"]} props={props} file={file} />;
}

/** Props of {@linkcode Called}. */
interface CalledProps {
  readonly call: (props: object) => ComponentChildren;
  readonly props: object;
  readonly file: string;
}

/** Calls a component of the application, and throws if it returns a promise. */
function Called({ call, props, file }: CalledProps): ComponentChildren {
  return atOnce(call(props), `the component of "${file}"`);
}

/** Props of {@linkcode Slot}. */
interface SlotProps {
  readonly onRender: () => void;
  readonly children?: ComponentChildren;
}

/** The children of a layout. Records that the layout rendered them. */
function Slot({ onRender, children }: SlotProps): ComponentChildren {
  onRender();
  return children;
}
