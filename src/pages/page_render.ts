// A page render: the page, its URL and its request as plain values, and the contract of rendering, which `preact/` implements.
import type { Action } from "../actions/action.ts";
import type { Region } from "../actions/region.ts";
import type { RegionPart } from "../actions/region_pages.ts";
import type { Params } from "../context.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import type { AnyBound } from "../forms/any_form.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import type { ToastUndo, UnsafeHtml } from "../results/item.ts";
import type { TemplateReader } from "../http/templates.ts";
import type { PageRoute } from "./manifest.ts";

/** A page to render for a request. */
export interface PageRender {
  /** The page, or `null` if no page matches the URL. */
  readonly page: PageRoute | null;
  /** `true` if forms lead back to the URL: it is that of a page, or one for which `not_found.tsx` was rendered. */
  readonly isOrigin: boolean;
  /** The page's own URL, never the one that a form is posted to. */
  readonly url: URL;
  readonly params: Params;
  /** The request for the page: a GET of its own URL. */
  readonly request: Request;
  /** The request that was received, if `request` is made of it on demand. Read it for a header that both have. */
  readonly received?: Pick<Request, "headers">;
  /** The dependencies of the request; `deps.ctx` is the context of context functions and guards. */
  readonly deps: RequestDeps;
  /** Takes the toasts to show; called by a page that has a place for them. */
  readonly takeToasts: () => readonly Readonly<Record<string, unknown>>[];
}

/** An invalid form, to be rendered with the submitted values. */
export interface FailedForm {
  readonly action: Action;
  readonly instance: string | null;
  readonly form: AnyBound;
}

/** A part of a page as HTML, or the response of the page itself. */
export type Rendered =
  | { readonly kind: "html"; readonly html: string }
  | { readonly kind: "response"; readonly response: Response };

/** The body element of a page, or the response of the page itself. */
export type RenderedBody =
  | {
    readonly kind: "html";
    readonly html: string;
    /** The start tag of `<html>`, and the title if there is one. */
    readonly around: string;
  }
  | Extract<Rendered, { readonly kind: "response" }>;

/** A document, or the response of the page itself. */
export type PageAnswer =
  | {
    readonly kind: "page";
    readonly html: string;
    readonly status: number;
    /** The headers that the page set; `null` if it set none. */
    readonly headers: Headers | null;
    /** `true` if toasts were rendered in it. */
    readonly tookToasts: boolean;
  }
  | { readonly kind: "response"; readonly response: Response };

/** A page in which a component suspends: its document in pieces, each as soon as it is rendered. */
export interface PageInParts {
  readonly kind: "parts";
  /** The pieces of the document in order. The first has the head and everything before the first component that suspends. */
  readonly html: AsyncGenerator<string, void, void>;
  readonly status: number;
  /** The headers that the page set; `null` if it set none. */
  readonly headers: Headers | null;
  /** The beginning of the names of its late parts; `null` if it has none. */
  readonly latePrefix: string | null;
}

/** Decides about the parts of a page that wait. */
export interface LateSettings {
  /** Milliseconds after which the page is sent without the content of each `<Suspense>` that waits. */
  readonly afterMs: number;
  /** Inserts the content that follows, in a `<template for>`. */
  readonly reader: TemplateReader;
}

/** The contract of rendering. */
export interface Rendering {
  /** Returns whether a value is a virtual node. */
  isMarkupNode(value: unknown): value is MarkupNode;
  /** Renders content as a part of a page: its forms lead back to that page. */
  fragment(content: Markup | UnsafeHtml, pageRender: PageRender): string | Promise<string>;
  /** Renders the form of an undo, which leads back to a page. */
  undoForm(undo: ToastUndo, pageRender: PageRender): string | Promise<string>;
  /**
   * Renders the whole page, as for a GET request of its URL.
   *
   * @param failed The form that failed, or `null`.
   * @param status The status, if the page sets none.
   */
  page(pageRender: PageRender, failed: FailedForm | null, status: number): Promise<PageAnswer>;
  /**
   * Renders the whole page without toasts; in pieces if a component suspends.
   *
   * @param late How the content of each `<Suspense>` that waits is sent. `null` for a client that does not know templates: in
   *   document order.
   */
  pageInParts(pageRender: PageRender, late: LateSettings | null): Promise<PageAnswer | PageInParts>;
  /** Renders the whole page; returns `null` if it does not contain the form that failed. */
  pageOfForm(pageRender: PageRender, failed: FailedForm, status: number): Promise<PageAnswer | null>;
  /** Renders the page and returns only the form that failed. */
  failedForm(pageRender: PageRender, failed: FailedForm): Promise<Rendered & { readonly selector?: string }>;
  /** Renders the page and returns its body element, and what is around it. */
  body(pageRender: PageRender): Promise<RenderedBody>;
  /**
   * Returns a function that renders instances of the regions of a page, each at most once, and nothing else of the page. Without
   * `part` it renders the pages that the client shows.
   */
  regions(
    pageRender: PageRender,
  ): (region: Region, instance: string | null, part?: RegionPart) => string | Promise<string>;
  /** Returns the HTML in the root element of a region that was rendered. */
  innerOf(html: string): string;
  /** Renders the layouts of the page around HTML. */
  inLayouts(pageRender: PageRender, html: string): Promise<PageAnswer>;
  /** Renders the page for a failure. */
  failure(pageRender: PageRender, status: number, message: string): Promise<PageAnswer>;
}
