// A function that sees each virtual node of one render before it is rendered.

import { type ComponentChildren, Fragment, options, type VNode } from "preact";

/** Called with each virtual node before it is rendered. It may call {@linkcode replaceNode} with it. */
export type OnNode = (vnode: VNode<NodeProps>) => void;

/** The props that every node may have. */
export interface NodeProps {
  readonly children: ComponentChildren;
  readonly [name: string]: unknown;
}

// Names on which Preact and its renderer agree in their builds: the option that is called before each node is rendered, and the
// node around a node.
const BEFORE_NODE = "__b";
const PARENT = "__";

/** A node that is rendered as another one, with its own type and props. */
interface Replaced {
  readonly vnode: VNode<NodeProps>;
  readonly type: VNode<NodeProps>["type"];
  readonly props: NodeProps;
}

// The last node that was replaced. The renderer has read it when it calls `onNode` again, or returns; then the node gets its own
// type and props back: a node that a module holds, such as a head, is rendered for other requests too.
let replaced: Replaced | null = null;

/**
 * Calls a function that starts a render. The renderer reads its options when it starts, and uses them to the end of the render, so
 * that no other render calls `onNode`.
 */
export function withOnNode<T>(onNode: OnNode | null, render: () => T): T {
  restoreNode();
  if (onNode === null) return render();
  const before: unknown = Reflect.get(options, BEFORE_NODE);
  Reflect.set(options, BEFORE_NODE, (vnode: VNode<NodeProps>): void => {
    restoreNode();
    if (typeof before === "function") before(vnode);
    onNode(vnode);
  });
  try {
    return render();
  } finally {
    Reflect.set(options, BEFORE_NODE, before);
    restoreNode();
  }
}

/** Returns the nearest element around a node; `null` if there is none. */
export function elementAround(vnode: VNode<NodeProps>): VNode<NodeProps> | null {
  for (let node = parentOf(vnode); node !== null; node = parentOf(node)) {
    if (typeof node.type === "string") return node;
  }
  return null;
}

/** Renders other nodes in place of a node. Call it from {@linkcode OnNode}; it has effect once. */
export function replaceNode(vnode: VNode<NodeProps>, children: ComponentChildren): void {
  changeNode(vnode, Fragment as VNode<NodeProps>["type"], { children });
}

/** Renders a node with a further child at its end. Call it from {@linkcode OnNode}; it has effect once. */
export function appendChild(vnode: VNode<NodeProps>, child: ComponentChildren): void {
  changeNode(vnode, vnode.type, { ...vnode.props, children: [vnode.props.children, child] });
}

/** Renders a node with another type and other props. Call it from {@linkcode OnNode}; it has effect once. */
export function changeNode(vnode: VNode<NodeProps>, type: VNode<NodeProps>["type"], props: NodeProps): void {
  replaced = { vnode, type: vnode.type, props: vnode.props };
  vnode.type = type;
  vnode.props = props;
}

function restoreNode(): void {
  if (replaced === null) return;
  const { vnode, type, props } = replaced;
  vnode.type = type;
  vnode.props = props;
  replaced = null;
}

function parentOf(vnode: VNode<NodeProps>): VNode<NodeProps> | null {
  // The renderer sets it to a node before it calls `onNode`.
  return (Reflect.get(vnode, PARENT) ?? null) as VNode<NodeProps> | null;
}
