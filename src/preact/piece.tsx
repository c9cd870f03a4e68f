// `<Piece>`: the pieces that its children are rendered to, as a value.
//
// A component suspends by throwing a promise. The renderer calls the promise's `then` with a function that renders the rest, and
// uses the result of `then`:
//
// ```
// <Thrown> throws { then } ─▶ then(renderAgain) ─▶ renderAgain() ─▶ ["<main>", Promise, "</main>"]
// ```
//
// So a component that suspends around nodes gets their pieces: a string, a promise, or a list of these for parts that wait.

import type { ComponentChildren, VNode } from "preact";

/** Props of {@linkcode Piece}. */
export interface PieceProps {
  /** Called with the pieces of the children; returns those to use in their place. A value that is not a string must be in a list. */
  readonly take: (pieces: unknown) => unknown;
  readonly children?: ComponentChildren;
}

/** Passes the pieces of its children through a function. Only for renders that may suspend. */
export function Piece({ take, children }: PieceProps): VNode {
  return <Thrown state={{ isThrown: false }} take={take}>{children}</Thrown>;
}

// Two components, because the renderer renders the output of the component around the one that suspends.
function Thrown({ state, take, children }: PieceProps & { readonly state: { isThrown: boolean } }): ComponentChildren {
  if (state.isThrown) return children;
  state.isThrown = true;
  throw { then: (renderAgain: () => unknown): unknown => take(renderAgain()) };
}
