/**
 * One page as one request sees it, and what rendering is asked for, as plain values and one contract. Rendering itself is
 * done in `preact/`, and passed in to whoever needs it.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { Params } from "../context.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import type { AnyBound } from "../forms/any_form.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import type { UnsafeHtml } from "../results/item.ts";
import type { PageRoute } from "./manifest.ts";

/** A page, under an address, for a request. */
export interface PageRender {
  /** The page, or `null` where the address leads to none. */
  readonly page: PageRoute | null;
  /** `true` if forms lead back to the address: that of a page, or one where the page for what is not found was shown. */
  readonly isOrigin: boolean;
  /** The page's own address, never that of a form's endpoint. */
  readonly url: URL;
  /** The parameters of its route. */
  readonly params: Params;
  /** The request as the page is to see it: a GET of its own address. */
  readonly request: Request;
  /** The dependencies of the request; `deps.ctx` is what providers and guards are given. */
  readonly deps: RequestDeps;
  /** Takes what is to be announced on the page; called by the page that has a place for it. */
  readonly takeToasts: () => readonly Readonly<Record<string, unknown>>[];
}

/** A form that was refused, to be shown again with what was sent. */
export interface FailedForm {
  /** The action it was posted to. */
  readonly action: Action;
  /** Which copy of the form. */
  readonly instance: string | null;
  /** The bound form. */
  readonly form: AnyBound;
}

/** What a page gave: its HTML, or, when it refused or answered by itself, a response. */
export type Rendered =
  | { readonly kind: "html"; readonly html: string }
  | { readonly kind: "response"; readonly response: Response };

/** A document, or, from a page that refused or answered by itself, its response. */
export type PageAnswer =
  | {
    readonly kind: "page";
    /** The document. */
    readonly html: string;
    /** The HTTP status. */
    readonly status: number;
    /** What the page says beside it; `null` for nothing. */
    readonly headers: Headers | null;
    /** Whether toasts were announced on it. */
    readonly tookToasts: boolean;
  }
  | { readonly kind: "response"; readonly response: Response };

/** A page of which something waits: its document in pieces, each as soon as it is known. */
export interface PageInParts {
  /** Tells it from a page that is known as a whole. */
  readonly kind: "parts";
  /** The pieces of the document in order. The first has its head, and everything that stands before what waits. */
  readonly html: AsyncGenerator<string, void, void>;
  /** The HTTP status. */
  readonly status: number;
  /** What the page says beside it; `null` for nothing. */
  readonly headers: Headers | null;
}

/** What rendering can be asked for. */
export interface Rendering {
  /** Whether a value is a virtual node. */
  isMarkupNode(value: unknown): value is MarkupNode;
  /** Content as a part of a page: forms in it lead back to that page. */
  fragment(content: Markup | UnsafeHtml, pageRender: PageRender): string | Promise<string>;
  /**
   * The whole page, as a GET of its own address gives it.
   *
   * @param failed The form that failed, or `null`.
   * @param status The status of the answer where the page does not set one.
   */
  page(pageRender: PageRender, failed: FailedForm | null, status: number): Promise<PageAnswer>;
  /** The page as it is for a visitor who is shown what is there while the rest is waited for. It announces nothing. */
  pageInParts(pageRender: PageRender): Promise<PageAnswer | PageInParts>;
  /** The same for a page that shows the form that failed; `null` for one that does not. */
  pageOfForm(pageRender: PageRender, failed: FailedForm, status: number): Promise<PageAnswer | null>;
  /** The failing form alone, cut out of the page. */
  failedForm(pageRender: PageRender, failed: FailedForm): Promise<Rendered & { readonly selector?: string }>;
  /** The body element of the page. */
  body(pageRender: PageRender): Promise<Rendered>;
  /** HTML in place of the page, in the page's layouts. */
  inLayouts(pageRender: PageRender, html: string): Promise<PageAnswer>;
  /** The page that says what went wrong. */
  failure(pageRender: PageRender, status: number, message: string): Promise<PageAnswer>;
}
