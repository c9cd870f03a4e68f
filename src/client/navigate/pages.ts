/**
 * What the runtime and the part that shows pages, which is loaded later, know of each other.
 *
 * @module
 */
import type { Words } from "../config.ts";
import type { LoadingCall } from "../page/loading.ts";
import type { TrustedPolicy } from "../page/markup.ts";

/** How a page is gone to. */
export interface NavigateOptions {
  /** Whether the page takes the place of the current entry in the history. Default: `false`. */
  readonly replace?: boolean | undefined;
  /** The element that causes it. Default: none. */
  readonly sourceEl?: Element | null | undefined;
}

/** What is loaded later. */
export interface Pages {
  /** Goes to a page, and gives whether it is shown. */
  navigate(url: string, options: NavigateOptions): Promise<boolean>;
  /** Notes that the page as it is now is to be found under a URL, as a new entry of the history or the current one. */
  setEntry(url: string, push: boolean): void;
  /** Notes that something was typed into a form that asks before it is left. */
  markUnsaved(form: Element): void;
}

/** What it needs of the runtime; handed over, so that it can be a file of its own. */
export interface PagesKit {
  /** Says that something failed. */
  showFailure(key: string, message: string, source: Element | null, retry: () => void): void;
  /** Takes that away. */
  clearFailure(key?: string): void;
  /** Shows that something is on its way. */
  beginLoading(call: LoadingCall): void;
  /** Shows it no longer. */
  endLoading(call: LoadingCall): void;
  /** Lets what is new on the page show loading and the network. */
  updateIndicators(root: Element): void;
  /** Fetches the words of the page's language. */
  loadWords(): Promise<void>;
  /** The words. */
  words(): Words;
  /** Makes one element equal to another. */
  morphElement(target: Element, source: Element): Element;
  /** Parses a document. */
  parseDocument(text: string): Document;
  /** Returns the Trusted Types policy. */
  trustedPolicy(): TrustedPolicy;
}
