/**
 * The interface between the runtime and the code that shows pages, which is loaded later.
 *
 * @module
 */

/** Options for `Hyper.navigate()`. */
export interface NavigateOptions {
  /** If `true`, replaces the current history entry. Default: `false`. */
  readonly replace?: boolean | undefined;
  /** The element that causes the navigation. Default: none. */
  readonly sourceEl?: Element | null | undefined;
}

/** Options of a navigation that a form causes. */
export interface FormNavigateOptions extends NavigateOptions {
  /**
   * If `true`, an event of `hyper-on` submits the form: the page stays where it is scrolled to, and all that the user types in one go
   * has one history entry. Default: `false`.
   */
  readonly isTyped?: boolean | undefined;
}

/** The functions that are loaded later. */
export interface Pages {
  /** Shows a page. Resolves to `true` if it is shown. */
  navigate(url: string, options: FormNavigateOptions): Promise<boolean>;
  /** Records the URL of the current page, in a new history entry or the current one. */
  setEntry(url: string, push: boolean): void;
}
