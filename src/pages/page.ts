/**
 * One page for one request, prepared as a plain value: its guard has spoken, its context is at hand, and what is left is to
 * draw it.
 *
 * @module
 */
import { atOnce } from "../callback.ts";
import type { RequestContext } from "../context.ts";
import { HyperError } from "../errors.ts";
import type { Markup } from "../results/markup.ts";
import type { LayoutEntry, PageRoute } from "./manifest.ts";
import { isAsync, type PageComponent, type PageProps, type PageResponse } from "./page_module.ts";

/** What a page is drawn from. */
export type PageBody =
  | { readonly kind: "component"; readonly component: PageComponent; readonly props: PageProps }
  | { readonly kind: "markup"; readonly content: Markup };

/** Everything that is to be drawn: the body in the layouts, and what goes into the head. */
export interface PageTree {
  /** Tells it from a page that answered by itself. */
  readonly kind: "tree";
  /** The page's path from `baseDir`. */
  readonly file: string;
  /** What stands innermost. */
  readonly body: PageBody;
  /** The layouts around the body, outermost first. */
  readonly layouts: readonly LayoutEntry[];
  /** What layouts and page add to the head, outermost first. */
  readonly head: readonly Markup[];
  /** What every component of the page is drawn with. */
  readonly props: PageProps;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The headers that the page set; `null` where it has no `render`, which alone can set any. */
  readonly headers: Headers | null;
}

/** A page that is ready: to be drawn, or answered by itself. */
export type PreparedPage = PageTree | { readonly kind: "response"; readonly response: Response };

/** Why a page is drawn in place of another. */
export interface PageFailure {
  /** The HTTP status, 400 to 599. */
  readonly status: number;
  /** What the visitor may read. */
  readonly message: string;
}

// A Response with one of these cannot have a body (Fetch, 2.2.6 "null body status").
const NULL_BODY: readonly number[] = [204, 205, 304];

/**
 * Prepares a page: asks its `render`, which is its guard; then makes the named values of its context, all at once and each
 * at most once for the request; then picks the body.
 *
 * @param route The page.
 * @param ctx The request, with `url` and `params` of this page.
 * @param options The status it starts with.
 * @returns What is to be drawn, or the `Response` that `render` gave.
 * @throws {HyperError} 403, when `render` gives `false`.
 * @throws {TypeError} When `render` gives something that is no answer, or leaves a page without a body.
 * @throws {RangeError} When the page set a status that a page cannot have.
 */
export async function preparePage(
  route: PageRoute,
  ctx: RequestContext,
  status: number = 200,
): Promise<PreparedPage> {
  const { url, params } = ctx;
  if (route.render === null) {
    const props: PageProps = Object.freeze({ url, params, context: await makeContext(route, ctx) });
    return await treeOf(route, null, props, { status, headers: null });
  }
  const { request, deps, signal } = ctx;
  const response: PageResponse = { status, headers: new Headers() };
  const rendered: unknown = await route.render({ request, url, params, deps, signal, response });
  if (rendered instanceof Response) return { kind: "response", response: rendered };
  const markup = readRendered(rendered, route);
  const props: PageProps = Object.freeze({ url, params, context: await makeContext(route, ctx) });
  return await treeOf(route, markup, props, response);
}

/**
 * Prepares the error page. A provider of its context that fails, as the one may that led here, is reported and left out.
 *
 * @param route The error page.
 * @param ctx The request.
 * @param failure What went wrong, as the visitor may know it.
 * @param onError Told what failed beside it.
 * @returns What is to be drawn.
 */
export async function prepareErrorPage(
  route: PageRoute,
  ctx: RequestContext,
  failure: PageFailure,
  onError: (error: unknown) => void,
): Promise<PageTree> {
  const context = await makeContext(route, ctx, onError);
  // The error page is written for these props, and drawn with nothing else.
  const props: PageProps & PageFailure = Object.freeze({ url: ctx.url, params: ctx.params, context, ...failure });
  return await treeOf(route, null, props, { status: failure.status, headers: null });
}

async function treeOf(
  route: PageRoute,
  markup: { readonly content: Markup } | null,
  props: PageProps,
  { status, headers }: Pick<PageTree, "status" | "headers">,
): Promise<PageTree> {
  if (!Number.isInteger(status) || status < 200 || status > 599 || NULL_BODY.includes(status)) {
    throw new RangeError(
      `Cannot answer with status ${status} for "${route.file}": a page has a status from 200 to 599 that may have a body; ` +
        `return a Response for any other`,
    );
  }
  const body: PageBody = markup === null ? await bodyOf(route, props) : { kind: "markup", content: markup.content };
  return Object.freeze({
    kind: "tree",
    file: route.file,
    body,
    layouts: route.layouts,
    head: route.head.map((head) =>
      typeof head === "function" ? atOnce(head(props), `a head of "${route.file}"`) : head
    ),
    props,
    status,
    headers,
  });
}

/** The markup that `render` gave, or `null` when it let the visitor in and leaves the drawing to the component. */
function readRendered(rendered: unknown, route: PageRoute): { readonly content: Markup } | null {
  if (rendered === false) throw new HyperError(403, "You may not see this page");
  if (rendered === undefined || rendered === true) return null;
  if (isMarkup(rendered)) return { content: rendered };
  throw new TypeError(
    `Cannot draw "${route.file}": its render gave ${
      describe(rendered)
    }; return a JSX expression, a Response, or what a ` +
      `guard may say`,
  );
}

async function bodyOf(route: PageRoute, props: PageProps): Promise<PageBody> {
  const { component } = route;
  if (component === null) {
    throw new TypeError(
      `Cannot draw "${route.file}": its render gave nothing to draw; return a JSX expression, or export a default component`,
    );
  }
  if (!isAsync(component)) return { kind: "component", component, props };
  const content: unknown = await component(props);
  if (isMarkup(content)) return { kind: "markup", content };
  throw new TypeError(`Cannot draw "${route.file}": its component gave ${describe(content)}, no JSX expression`);
}

const NO_CONTEXT: Readonly<Record<string, unknown>> = Object.freeze({});

async function makeContext(
  route: PageRoute,
  ctx: RequestContext,
  onError?: (error: unknown) => void,
): Promise<Readonly<Record<string, unknown>>> {
  if (route.context.size === 0) return NO_CONTEXT;
  // All of them begin at once, and each is waited for, so that no provider is still at work behind the answer, and of two
  // failures the same one is reported. Without a promise of them together, which would cost as much as they do.
  const begun: [string, Promise<unknown>][] = [];
  for (const [name, provider] of route.context) begun.push([name, ctx.deps.get(provider)]);
  const entries: [string, unknown][] = [];
  const failures: unknown[] = [];
  for (const [name, value] of begun) {
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

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object that is no JSX expression" : `a ${typeof value}`;
}
