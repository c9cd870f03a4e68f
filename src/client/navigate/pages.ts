/**
 * The interface between the runtime and the code that shows pages, which is loaded later.
 *
 * @module
 */
import type { Words } from "../config.ts";
import type { LoadingCall } from "../page/loading.ts";
import type { TrustedPolicy } from "../page/markup.ts";

/** Options for `Hyper.navigate()`. */
export interface NavigateOptions {
  /** If `true`, replaces the current history entry. Default: `false`. */
  readonly replace?: boolean | undefined;
  /** The element that causes the navigation. Default: none. */
  readonly sourceEl?: Element | null | undefined;
}

/** The functions that are loaded later. */
export interface Pages {
  /** Shows a page. Resolves to `true` if it is shown. */
  navigate(url: string, options: NavigateOptions): Promise<boolean>;
  /** Records the URL of the current page, in a new history entry or the current one. */
  setEntry(url: string, push: boolean): void;
  /** Marks a form with `hyper-confirm-unsaved` as changed. */
  markUnsaved(form: Element): void;
}

/** What those functions need of the runtime. Passed, so that they can be in another bundle. */
export interface PagesKit {
  /** Shows an alert. */
  showFailure(key: string, message: string, source: Element | null, retry: () => void): void;
  /** Removes one alert, or all. */
  clearFailure(key?: string): void;
  /** Begins a loading state. */
  beginLoading(call: LoadingCall): void;
  /** Ends a loading state. */
  endLoading(call: LoadingCall): void;
  /** Updates indicators in a part of the page. */
  updateIndicators(root: Element): void;
  /** Loads the words of the page's language. */
  loadWords(): Promise<void>;
  /** Returns the words. */
  words(): Words;
  /** Makes an element equal to another. */
  morphElement(target: Element, source: Element): Element;
  /** Parses a document. */
  parsePage(text: string): Document;
  /** Returns the Trusted Types policy. */
  trustedPolicy(): TrustedPolicy;
}
