// The functions that a page registers for elements with `hyper-hook`.

/** Functions for elements with `hyper-hook`. Each gets the element. */
export interface ElementHook {
  /** Called when the element comes into the page: with it, in a patch, by a navigation or by a script. Default: none. */
  readonly connect?: ((element: Element) => void) | undefined;
  /** Called when the element has left the page, or does not name the hook any more. Default: none. */
  readonly disconnect?: ((element: Element) => void) | undefined;
}
