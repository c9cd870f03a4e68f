/**
 * What the runtime and the part that shows pages, which is loaded later, know of each other.
 *
 * @module
 */
import type { AnnounceOptions, Failure } from "./announce.ts";
import type { Messages } from "./config.ts";
import type { EventName, HyperEventMap } from "./events.ts";
import type { LoadingCall } from "./loading.ts";

/** How a page is gone to. */
export interface VisitOptions {
  /** Whether the page takes the place of the current entry in the history. Default: `false`. */
  readonly replace?: boolean | undefined;
  /** The element that causes it. Default: none. */
  readonly sourceEl?: Element | null | undefined;
}

/** What is loaded later. */
export interface Pages {
  /** Goes to a page, and gives whether it is shown. */
  visit(url: URL, options: VisitOptions): Promise<boolean>;
  /** Notes that the page as it is now is to be found under a URL, as a new entry of the history or the current one. */
  setEntry(url: string, push: boolean): void;
  /** Notes that something was typed into a form that asks before it is left. */
  note(form: Element): void;
}

/** What it needs of the runtime; handed over, so that it can be a file of its own. */
export interface PagesKit {
  /** Says something politely. */
  announce(text: string, options?: AnnounceOptions): void;
  /** Says that something failed. */
  showFailure(failure: Failure): void;
  /** Takes that away. */
  clearFailure(key?: string): void;
  /** Tells the page. */
  emit<Name extends EventName>(name: Name, detail: HyperEventMap[`hyper:${Name}`]["detail"]): boolean;
  /** Shows that something is on its way. */
  beginLoading(call: LoadingCall): void;
  /** Shows it no longer. */
  endLoading(id: string): void;
  /** Lets what is new on the page show loading and the network. */
  joinIn(root: Element): void;
  /** Fetches the words of the page's language. */
  loadWords(): void;
  /** The words. */
  words(): Messages;
  /** Makes one element equal to another. */
  morph(target: Element, source: Element): Element;
  /** Makes an id. */
  newId(): string;
  /** Parses a document. */
  parseDocument(text: string): Document;
  /** Lets the URL of a script through. */
  trustedScriptUrl(url: string): string;
}
