/**
 * What the runtime and the part that shows pages, which is loaded later, know of each other.
 *
 * @module
 */
import type { RuntimeTexts } from "../page/words.ts";
import type { LoadingCall } from "../page/loading.ts";

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
  note(form: Element): void;
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
  joinIn(root: Element): void;
  /** The texts of the page, to be changed when it has others. */
  readonly pageTexts: RuntimeTexts;
  /** Returns the texts to show now. */
  words(): RuntimeTexts;
  /** Makes one element equal to another. */
  morph(target: Element, source: Element): Element;
  /** Parses a document. */
  parseDocument(text: string): Document;
  /** Lets the URL of a script through. */
  trustedScriptUrl(url: string): string;
}
