// The types of the modules of the pages folder: their exports, and what these are called with.
import type { RequestContext } from "../context.ts";
import type { Markup } from "../results/markup.ts";
import type { ParamsOf } from "./route.ts";

/**
 * Returns a named value for a page and the pages below it. Called at most once in a request, before the page is rendered. It
 * can use other values through `ctx.deps`. Its value is not disposed when the request ends; return the value of a `dependency()`
 * to have it disposed.
 *
 * @typeParam T The type of the value.
 */
export type ContextFunction<T = unknown> = (ctx: RequestContext) => T | PromiseLike<T>;

/**
 * A context function that the pages below do not inherit; {@linkcode local} returns one.
 *
 * @typeParam T The type of the value.
 */
export interface LocalContextFunction<T = unknown> {
  /** Distinguishes it from a context function that is inherited. */
  readonly kind: "local";
  /** The context function. */
  readonly provider: ContextFunction<T>;
}

/**
 * The export `context` of a page: context functions by name. Pages in the folders below inherit those that are not
 * {@linkcode local}. A page uses the function of the nearest folder if several have the same name.
 *
 * @example Two context functions, one of them for this page only
 * ```ts
 * import { type ContextFunctions, local } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const context = {
 *   now: () => new Date(),
 *   path: local((ctx) => ctx.url.pathname),
 * } satisfies ContextFunctions;
 * assertEquals(Object.keys(context), ["now", "path"]);
 * ```
 */
export type ContextFunctions = Readonly<Record<string, ContextFunction | LocalContextFunction>>;

/**
 * The values of context functions, by name.
 *
 * @typeParam C The context functions, usually `typeof context`.
 */
export type ContextValues<C extends ContextFunctions> = { readonly [K in keyof C]: ContextFunctionValue<C[K]> };

/** The value of one context function. */
export type ContextFunctionValue<P> = P extends LocalContextFunction<infer T> ? Awaited<T>
  : P extends (ctx: RequestContext) => infer T ? Awaited<T>
  : never;

/**
 * Props of the component of a page.
 *
 * @typeParam P The page's pattern, for the types of its parameters.
 * @typeParam C The page's context functions, usually `typeof context`; add inherited ones with `&`.
 *
 * @example A page with a parameter
 * ```ts
 * import type { PageProps } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const Note = ({ params }: PageProps<"/notes/[id]">) => `Note ${params.id}`;
 * assertEquals(Note({ url: new URL("http://site.test/notes/7"), params: { id: "7" }, context: {} }), "Note 7");
 * ```
 */
export interface PageProps<P extends string = string, C extends ContextFunctions = ContextFunctions> {
  /** The URL of the page, also when the page is rendered for an invalid form that was posted to another URL. */
  readonly url: URL;
  /** The route parameters, decoded. */
  readonly params: ParamsOf<P>;
  /** The values of the context functions of this page and of the pages above it. */
  readonly context: ContextValues<C>;
}

/**
 * Props of a layout: those of the page, and `children`.
 *
 * @typeParam P The pattern of its pages, for the types of parameters.
 * @typeParam C The context functions of its pages.
 *
 * @example A layout
 * ```tsx
 * import type { LayoutProps } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const Layout = ({ children }: LayoutProps) => <main>{children}</main>;
 * const props = { url: new URL("http://site.test/"), params: {}, context: {} };
 * assertEquals(Layout({ ...props, children: "Hello" }).type, "main");
 * ```
 */
export interface LayoutProps<P extends string = string, C extends ContextFunctions = ContextFunctions>
  extends PageProps<P, C> {
  /** The page or the next inner layout. A layout that does not render it makes the page fail. */
  readonly children: Markup;
}

/**
 * Props of the component in `error.tsx`.
 *
 * @typeParam C The context functions of the root page. The value of one that fails is missing.
 *
 * @example An error page
 * ```ts
 * import type { ErrorPageProps } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const ErrorPage = ({ status, message }: ErrorPageProps) => `${status} ${message}`;
 * const props = { url: new URL("http://site.test/"), params: {}, context: {} };
 * assertEquals(ErrorPage({ ...props, status: 403, message: "Not yours" }), "403 Not yours");
 * ```
 */
export interface ErrorPageProps<C extends ContextFunctions = ContextFunctions>
  extends Omit<PageProps<string, C>, "context"> {
  /** The values of the context functions of the root page, without those that failed. */
  readonly context: Partial<ContextValues<C>>;
  /** The HTTP status, 400 to 599. */
  readonly status: number;
  /** The message for the user. For a 5xx status it contains nothing of the error. */
  readonly message: string;
}

/** The status and headers of a page's response. */
export interface PageResponse {
  /** The HTTP status: 200 to 599, except 204, 205 and 304, which have no body. Default: 200, and 404 in `not_found.tsx`. */
  status: number;
  /** The headers. */
  readonly headers: Headers;
}

/**
 * The context of the `render` function of a page.
 *
 * @typeParam P The page's pattern, for the types of its parameters.
 *
 * @example A status and a header
 * ```ts
 * import { createHandler, type PageContext } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const render = (ctx: PageContext<"/notes/[id]">) => {
 *   if (ctx.params.id === "0") ctx.response.status = 410;
 *   ctx.response.headers.set("x-note", ctx.params.id);
 *   return `Note ${ctx.params.id}`;
 * };
 * const handler = createHandler({ pages: [{ path: "/notes/[id]", load: () => Promise.resolve({ render }) }] });
 * const response = await handler(new Request("http://localhost/notes/0"));
 * assertEquals([response.status, response.headers.get("x-note")], [410, "0"]);
 * ```
 */
export type PageContext<P extends string = string> = Omit<RequestContext, "params"> & {
  /** The route parameters, decoded. */
  readonly params: ParamsOf<P>;
  /** The status and headers of the response. The page may set them. */
  readonly response: PageResponse;
};

/**
 * The result of `render`. Markup is the body. Nothing, or `true`, renders the default export, else the template. `false` responds
 * with 403. A `Response` is sent as it is.
 */
export type RenderResult = Markup | Response | void;

/** The export `render` of a page: renders the page and is its guard. */
export type RenderFunction = (ctx: PageContext) => RenderResult | PromiseLike<RenderResult>;

/**
 * A page as a class: the default export of its module. Each request has one instance, which `render` and the methods that are
 * actions share, with its fields.
 *
 * @example A page class
 * ```ts
 * import { Page, type PageContext } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * class Note extends Page {
 *   title = "untitled";
 *
 *   override render(ctx: PageContext<"/notes/[id]">) {
 *     return `${this.title} ${ctx.params.id}`;
 *   }
 * }
 * assertEquals(new Note().title, "untitled");
 * ```
 */
export abstract class Page {
  /**
   * Renders the page and is its guard.
   *
   * @param ctx The request, and the status and headers of the response.
   * @returns Markup, a `Response`, or the result of a guard.
   */
  abstract render(ctx: PageContext): RenderResult | PromiseLike<RenderResult>;
}

/** The class of a page. */
export type PageClass = new () => Page;

/** The export `head` of a page or a layout: markup for the head of the document, or a function of the props that returns it. */
export type Head = Markup | ((props: PageProps) => Markup);

/**
 * The component of a page, rendered with {@linkcode PageProps}.
 *
 * The page's `context` and `render`, and the component itself if it is `async`, are awaited before anything is sent, and can
 * decide the status. If a component inside it suspends, as `lazy()` does and a `<Form>` with an asynchronous `getInitial`, the
 * markup before the `<Suspense>` or the component around it is sent after 50 ms. The rest follows in document order; no fallback
 * is rendered, and no script is needed. An error from then on is shown where it occurs, and the connection is closed: the status
 * has been sent.
 */
export type PageComponent = (props: PageProps) => unknown;

/** The component of a layout, rendered with {@linkcode LayoutProps}. */
export type LayoutComponent = (props: LayoutProps) => unknown;

/**
 * The exports of a page module. The body comes from `render`, else from the default export, else from `template.tsx` in the same
 * folder. Actions are exported under any other name.
 */
export interface PageModule {
  /** The component of the page, or a class that extends {@linkcode Page}. */
  readonly default?: PageComponent | PageClass | undefined;
  /** Renders the page and is its guard. */
  readonly render?: RenderFunction | undefined;
  /** Context functions for this page and the pages below. */
  readonly context?: ContextFunctions | undefined;
  /** Markup for the head of the document. */
  readonly head?: Head | undefined;
}

/**
 * Marks a context function as one that the pages below do not inherit.
 *
 * @param provider The context function.
 * @returns The marked context function.
 *
 * @example For this page only
 * ```ts
 * import { local } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const context = { path: local((ctx) => ctx.url.pathname) };
 * assertEquals(context.path.kind, "local");
 * ```
 */
export function local<T>(provider: ContextFunction<T>): LocalContextFunction<T> {
  return Object.freeze({ kind: "local", provider });
}

/** Returns whether a value is a class that extends {@linkcode Page}. */
export function isPageClass(value: unknown): value is PageClass {
  return typeof value === "function" && value.prototype instanceof Page;
}
