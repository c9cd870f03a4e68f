// A page prepared for one request, as a plain value: its guard has run, its context is there, and it is ready to be rendered.
import { atOnce } from "../callback.ts";
import type { RequestContext } from "../context.ts";
import { HyperError } from "../errors.ts";
import type { Markup } from "../results/markup.ts";
import type { LayoutEntry } from "./folder_tree.ts";
import type { PageRoute } from "./manifest.ts";
import type { PageComponent, PageProps, PageResponse } from "./page_module.ts";
import { isAsync } from "./read_module.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** The body of a page. */
export type PageBody =
  | { readonly kind: "component"; readonly component: PageComponent; readonly props: PageProps }
  | { readonly kind: "markup"; readonly content: Markup };

/** A page to render: its body, its layouts, and its head. */
export interface PageTree {
  readonly kind: "tree";
  /** The page's path from `baseDir`. */
  readonly file: string;
  readonly body: PageBody;
  readonly layouts: readonly LayoutEntry[];
  /** The heads of layouts and page, outermost first. */
  readonly head: readonly Markup[];
  /** The props of every component of the page. */
  readonly props: PageProps;
  readonly status: number;
  /** The headers that the page set; `null` if it has no `render`, which alone can set any. */
  readonly headers: Headers | null;
}

/** A prepared page: to be rendered, or the response of its `render`. */
export type PreparedPage = PageTree | { readonly kind: "response"; readonly response: Response };

/** A failure that a page is rendered for. */
export interface PageFailure {
  readonly status: number;
  readonly message: string;
}

// A Response with one of these statuses cannot have a body (Fetch, 2.2.6 "null body status").
const NULL_BODY: readonly number[] = [204, 205, 304];

/**
 * Prepares a page: calls its `render`, which is its guard; then makes the values of its context, all in parallel and each at most
 * once in the request; then chooses the body.
 *
 * @param route The page.
 * @param ctx The request, with `url` and `params` of this page.
 * @param status The status, if the page sets none.
 * @returns The page to render, or the `Response` of `render`.
 * @throws {HyperError} 403, when `render` returns `false`.
 * @throws {TypeError} When `render` returns an invalid result, or nothing for a page without a body.
 * @throws {RangeError} When the page sets a status that a page cannot have.
 */
export async function preparePage(
  route: PageRoute,
  ctx: RequestContext,
  status: number = 200,
): Promise<PreparedPage> {
  const { url, params } = ctx;
  let response: PageResponse | null = null;
  let markup: RenderedMarkup | null = null;
  if (route.render !== null) {
    response = { status, headers: new Headers() };
    // Read for a page with a guard only: the request of an origin page is created on demand.
    const { request, cookies, deps, signal, mode } = ctx;
    const rendered: unknown = await route.render({ request, url, params, cookies, deps, signal, mode, response });
    if (rendered instanceof Response) return { kind: "response", response: rendered };
    markup = readRendered(rendered, route);
  }
  const props: PageProps = Object.freeze({ url, params, context: await makeContext(route, ctx) });
  return await treeOf(route, markup, props, response ?? { status, headers: null });
}

/**
 * Prepares the error page. A context function that fails is reported, and its value is missing: it may have caused the failure.
 *
 * @param onError Called with the errors of context functions.
 */
export async function prepareErrorPage(
  route: PageRoute,
  ctx: RequestContext,
  failure: PageFailure,
  onError: (error: unknown) => void,
): Promise<PageTree> {
  const context = await makeContext(route, ctx, onError);
  // An error page is a component of these props, and is rendered with no others.
  const props: PageProps & PageFailure = Object.freeze({ url: ctx.url, params: ctx.params, context, ...failure });
  return await treeOf(route, null, props, { status: failure.status, headers: null });
}

async function treeOf(
  route: PageRoute,
  markup: RenderedMarkup | null,
  props: PageProps,
  { status, headers }: Pick<PageTree, "status" | "headers">,
): Promise<PageTree> {
  const { file, layouts } = route;
  if (!Number.isInteger(status) || status < 200 || status > 599 || NULL_BODY.includes(status)) {
    throw new RangeError(
      `Cannot respond with status ${status} for "${file}": a page has a status from 200 to 599 that allows a body; return a ` +
        `Response for any other`,
    );
  }
  const body = markup ?? await pageBody(route, props);
  const head = route.head.map((head) => typeof head === "function" ? atOnce(head(props), `a head of "${file}"`) : head);
  return Object.freeze({ kind: "tree", file, body, layouts, head, props, status, headers });
}

type RenderedMarkup = Extract<PageBody, { readonly kind: "markup" }>;

/** Returns the markup of `render`, or `null` if it admits the request and leaves the body to the component. */
function readRendered(rendered: unknown, { file }: PageRoute): RenderedMarkup | null {
  if (rendered === false) {
    throw new HyperError(403, "The page denies the request", { userText: catalogueText("denied") });
  }
  if (rendered === undefined || rendered === true) return null;
  if (isMarkup(rendered)) return { kind: "markup", content: rendered };
  throw new TypeError(
    `Cannot render "${file}": its render returned ${
      describeResult(rendered)
    }; return a JSX expression, a Response, or the ` +
      `result of a guard`,
  );
}

async function pageBody({ component, file }: PageRoute, props: PageProps): Promise<PageBody> {
  if (component === null) {
    throw new TypeError(
      `Cannot render "${file}": its render returned nothing to render; return a JSX expression, or export a default component`,
    );
  }
  if (!isAsync(component)) return { kind: "component", component, props };
  const content: unknown = await component(props);
  if (isMarkup(content)) return { kind: "markup", content };
  throw new TypeError(
    `Cannot render "${file}": its component returned ${describeResult(content)}; return a JSX expression`,
  );
}

const NO_CONTEXT: Readonly<Record<string, unknown>> = Object.freeze({});

async function makeContext(
  route: PageRoute,
  ctx: RequestContext,
  onError?: (error: unknown) => void,
): Promise<Readonly<Record<string, unknown>>> {
  if (route.context.size === 0) return NO_CONTEXT;
  // All start at once, and each is awaited, so that none still runs after the response, and of two failures the same one is
  // reported each time. Promise.allSettled() would take as long as the context functions themselves.
  const started: [string, Promise<unknown>][] = [];
  for (const [name, provider] of route.context) started.push([name, ctx.deps.get(provider)]);
  const entries: [string, unknown][] = [];
  const failures: unknown[] = [];
  for (const [name, value] of started) {
    try {
      entries.push([name, await value]);
    } catch (error) {
      if (onError === undefined) failures.push(error);
      else onError(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return Object.freeze(Object.fromEntries(entries));
}

function isMarkup(value: unknown): value is Markup {
  if (Array.isArray(value)) return value.every((member) => isMarkup(member));
  if (typeof value !== "object" || value === null) return typeof value !== "function" && typeof value !== "symbol";
  return "type" in value && "props" in value;
}

function describeResult(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object that is not a JSX expression" : `a ${typeof value}`;
}
