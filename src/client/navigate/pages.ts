/**
 * The interface between the runtime and the code that shows pages, which is loaded later.
 *
 * @module
 */
import type { CallEventDetail } from "../events.ts";
import type { parsePage, trustedPolicy } from "../page/markup.ts";
import type { morphElement } from "../page/morph.ts";
import type { RuntimeTexts } from "../page/words.ts";

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
  markUnsaved(form: Element, time: number): void;
}

/** Functions of the runtime that they use. Passed as values, so that they can be in another bundle. */
export interface PagesKit {
  readonly morphElement: typeof morphElement;
  /** Ends the calls that belong to the page that is left. */
  readonly leavePage: () => void;
  readonly parsePage: typeof parsePage;
  readonly trustedPolicy: typeof trustedPolicy;
  /** As in `page/loading.ts`, `indicators.ts`, `announce.ts` and `words.ts`, whose imports lead here. */
  beginLoading(call: Pick<CallEventDetail, "key" | "action" | "target" | "form">): void;
  endLoading(call: Pick<CallEventDetail, "key" | "action" | "target" | "form">): void;
  updateIndicators(root: ParentNode): void;
  showFailure(key: string, message: string, source: Element | null, retry?: () => void): void;
  clearFailure(cause?: string): void;
  /** The English texts, until those of the page are loaded into this object. */
  readonly pageTexts: RuntimeTexts;
  words(): RuntimeTexts;
}
