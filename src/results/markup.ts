// Content that can be rendered, described by its shape: only `preact/` imports Preact.

/** A virtual node: the value of a JSX expression. */
export interface MarkupNode {
  /** The tag or the component. */
  readonly type: unknown;
  /** Its attributes and children. */
  readonly props: unknown;
  /** Distinguishes it from its siblings. */
  readonly key: unknown;
}

/**
 * Content for the page: virtual nodes, text (escaped), numbers, or lists of these. `null`, `undefined` and booleans
 * render nothing.
 */
export type Markup =
  | MarkupNode
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Markup[];
