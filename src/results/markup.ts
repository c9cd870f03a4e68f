/**
 * What can be rendered, told by its shape, so that only `preact/` needs Preact.
 *
 * @module
 */

/** A virtual node: what a JSX expression gives. */
export interface MarkupNode {
  /** The tag or the component. */
  readonly type: unknown;
  /** Its attributes and children. */
  readonly props: unknown;
  /** What tells it apart from its siblings. */
  readonly key: unknown;
}

/** Content for the page: virtual nodes, text (escaped), numbers, lists of these; nothing for `null`, `undefined`, booleans. */
export type Markup =
  | MarkupNode
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Markup[];
