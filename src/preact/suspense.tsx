// Preact's `<Suspense>` as a part of a page that can be late.

import { type ComponentChildren, Fragment, type VNode } from "preact";
import { ignoreRejections, LatePart, TEMPLATES, waits } from "./late_parts.ts";
import { changeNode, elementAround, type OnNode } from "./on_node.ts";
import { Piece } from "./piece.tsx";

/** Renders the place for the templates of late parts. */
export function templatesNode(): VNode {
  return <Piece take={() => [TEMPLATES]} />;
}

/** Props of {@linkcode CanBeLate}. */
interface CanBeLateProps {
  readonly fallback: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** Renders its children, as a {@linkcode LatePart} where they wait and the client knows these. */
export function CanBeLate({ children }: CanBeLateProps): VNode {
  return <Fragment>{children}</Fragment>;
}

/** Renders each `<Suspense>` as a {@linkcode LatePart} if its content waits. */
export const withLateParts: OnNode = (vnode) => {
  if (typeof vnode.type !== "function" || !("fallback" in vnode.props)) return;
  const type: unknown = vnode.type;
  if (type !== CanBeLate && !isSuspense(vnode.type)) return;
  if (lacksMarkers(vnode)) return;
  changeNode(vnode, Boundary as typeof vnode.type, vnode.props);
};

// In these, a marker is text or is dropped, or the content of a template would be parsed as HTML (HTML, 13.2.6). What waits in
// them is sent in document order.
const WITHOUT_MARKERS: readonly unknown[] = ["head", "title", "textarea", "script", "style", "svg", "math"];

function lacksMarkers(vnode: Parameters<OnNode>[0]): boolean {
  for (let around = elementAround(vnode); around !== null; around = elementAround(around)) {
    if (WITHOUT_MARKERS.includes(around.type)) return true;
  }
  return false;
}

// The method by which Preact finds it, in its builds. An application imports it from Preact's compatibility layer, with its hooks;
// pages without it do not load them.
const CHILD_DID_SUSPEND = "__c";

function isSuspense(type: object): boolean {
  const prototype: unknown = Reflect.get(type, "prototype");
  return typeof prototype === "object" && prototype !== null && CHILD_DID_SUSPEND in prototype;
}

interface BoundaryProps {
  readonly fallback?: ComponentChildren;
  readonly children?: ComponentChildren;
}

function Boundary({ fallback, children }: BoundaryProps): VNode {
  // Set if the children wait.
  let content: unknown = null;
  const takeContent = (pieces: unknown): unknown => {
    if (!waits(pieces)) return pieces;
    // An attempt that is dropped awaits nothing.
    ignoreRejections(pieces);
    content = pieces;
    return "";
  };
  const takeFallback = (pieces: unknown): unknown => [new LatePart(content, pieces)];
  return (
    <Fragment>
      <Piece take={takeContent}>{children}</Piece>
      <If test={() => content !== null}>
        <Piece take={takeFallback}>{fallback}</Piece>
      </If>
    </Fragment>
  );
}

/** Renders its children if a test passes when it is rendered. */
function If(
  { test, children }: { readonly test: () => boolean; readonly children: ComponentChildren },
): ComponentChildren {
  return test() ? children : null;
}
