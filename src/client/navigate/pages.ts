/**
 * The interface between the runtime and the code that shows pages, which is loaded later.
 *
 * @module
 */

import type { claimEntries, setEntry } from "./history.ts";

/** Options for `Hyper.navigate()`. */
export interface NavigateOptions {
  /** If `true`, replaces the current history entry. Default: `false`. */
  readonly replace?: boolean | undefined;
  /** The element that causes the navigation. Default: none. */
  readonly sourceEl?: Element | null | undefined;
}

/** Options of a navigation that an element of the page causes. */
export interface FormNavigateOptions extends NavigateOptions {
  /** If `true`, `sourceEl` opens a layer. Default: `false`. */
  readonly opens?: boolean | undefined;
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
  /** See `setEntry()` of `history.ts`. */
  readonly setEntry: typeof setEntry;
  /** See `claimEntries()` of `history.ts`. */
  readonly claimEntries: typeof claimEntries;
  /** Requests the page again that is shown, unless a navigation is on its way. */
  requestAgain(): void;
  /**
   * Fetches a page that may be merged.
   *
   * @returns The response; `null` for a document that the browser must load.
   * @throws {TypeError} When the network failed.
   */
  fetchPage(url: string, signal: AbortSignal, headers?: Readonly<Record<string, string>>): Promise<Response | null>;
  /** Sets the function that returns pages which were fetched in advance. */
  usePrefetched(take: TakePrefetched): void;
  /**
   * Fetches a page for a layer, and adds what its head needs.
   *
   * @returns The page; `null` for a document that the browser must load.
   * @throws {TypeError} When the network failed.
   */
  loadForLayer(url: string, signal: AbortSignal): Promise<LayerPage | null>;
}

/** A page to be shown in a layer. */
export interface LayerPage {
  /** Its URL, after redirects. */
  readonly url: string;
  readonly page: Document;
}

/**
 * Returns a page that was fetched in advance, for one use; `undefined` if there is none. It is aborted with the signal. The promise
 * resolves to `null` if the page could not be fetched.
 */
export type TakePrefetched = (url: string, signal: AbortSignal) => Promise<Response | null> | undefined;
