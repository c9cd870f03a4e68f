/**
 * What the modules of the pages folder export: the types they are written against, and the readers that check them once, at
 * the start.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import type { Markup } from "../results/markup.ts";
import type { ParamsOf } from "./route.ts";

/**
 * Makes one named value for a page and the pages below it. Run at most once for each request, before anything is drawn; it
 * may use other values through `ctx.deps`. What it makes is not disposed when the request ends: take it from a
 * `dependency()` where that is wanted.
 *
 * @typeParam T What it makes.
 */
export type ContextFunction<T = unknown> = (ctx: RequestContext) => T | PromiseLike<T>;

/**
 * A provider that the pages below do not inherit: made by {@linkcode local}.
 *
 * @typeParam T What it makes.
 */
export interface LocalContextFunction<T = unknown> {
  /** Tells it from a provider that is inherited. */
  readonly kind: "local";
  /** The provider itself. */
  readonly provider: ContextFunction<T>;
}

/**
 * What a page exports as `context`: providers by name. Pages in the folders below inherit those that are not
 * {@linkcode local}; the nearest of one name wins.
 *
 * @example Two providers, one of them for this page alone
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
 * The values that providers make, by name.
 *
 * @typeParam C The providers, usually `typeof context`.
 */
export type ContextValues<C extends ContextFunctions> = { readonly [K in keyof C]: ContextFunctionValue<C[K]> };

/** The value that one provider makes. */
export type ContextFunctionValue<P> = P extends LocalContextFunction<infer T> ? Awaited<T>
  : P extends (ctx: RequestContext) => infer T ? Awaited<T>
  : never;

/**
 * What the component of a page gets.
 *
 * @typeParam P The page's pattern, for the types of its parameters.
 * @typeParam C The providers it can count on, usually `typeof context`; inherited ones are added with `&`.
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
  /** The URL of the page; in a page drawn again after a failed submit the page's own, not that of the form's endpoint. */
  readonly url: URL;
  /** The route parameters, decoded. */
  readonly params: ParamsOf<P>;
  /** The values of the named providers of this page and of the pages above it. */
  readonly context: ContextValues<C>;
}

/**
 * What a layout gets: what the page gets, and what it is to wrap.
 *
 * @typeParam P The pattern, where the layout counts on parameters.
 * @typeParam C The providers it can count on.
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
  /** The page, or the next layout inward. A layout that leaves it out is an error when a page is drawn. */
  readonly children: Markup;
}

/**
 * What the component in `error.tsx` gets.
 *
 * @typeParam C The providers it looks for. One that fails is left out, and this page is drawn without it.
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
  /** The values of the named providers of the root page, as far as they could be made. */
  readonly context: Partial<ContextValues<C>>;
  /** The HTTP status, 400 to 599. */
  readonly status: number;
  /** What the visitor may read; of a 5xx nothing that was thrown. */
  readonly message: string;
}

/** What the answer to a page will carry beside its body. */
export interface PageResponse {
  /** The HTTP status, 200 to 599 but for 204, 205 and 304, which have no body. Default: 200, and 404 in `not_found.tsx`. */
  status: number;
  /** Headers of the answer. */
  readonly headers: Headers;
}

/**
 * What the `render` function of a page gets.
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
  /** The status and headers of the answer, for the page to set. */
  readonly response: PageResponse;
};

/**
 * What `render` may give. Markup is the body. Nothing or `true` lets the visitor in: the body is then the default export,
 * else the template. `false` is 403. A `Response` is the answer.
 */
export type RenderResult = Markup | Response | void;

/** The `render` export of a page: draws it, and is its own guard. */
export type RenderFunction = (ctx: PageContext) => RenderResult | PromiseLike<RenderResult>;

/**
 * A page as a class: the default export of its module. One instance lives for one request, shared by `render` and by the
 * methods that are declared as actions, so that fields carry what one of them found out to the other.
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
   * Draws the page, and is its own guard.
   *
   * @param ctx The request, and the status and headers of the answer.
   * @returns Markup, a `Response`, or what a guard may say.
   */
  abstract render(ctx: PageContext): RenderResult | PromiseLike<RenderResult>;
}

/** The class of a page. */
export type PageClass = new () => Page;

/** What a page or a layout adds to the head of the document: markup, or a function of the props that gives it. */
export type Head = Markup | ((props: PageProps) => Markup);

/**
 * The component of a page: drawn with {@linkcode PageProps}.
 *
 * An `async` one, its `context` and its `render` are waited for before anything is sent, and may decide the status. Where a
 * component inside it waits – it throws a promise, as `lazy()` does and a `<Form>` whose `getInitial` is asynchronous – what
 * stands before the `<Suspense>` or the component around it is sent after 50 milliseconds, the rest in order as it comes,
 * without a fallback and without a script. What fails from then on is told in its place, with the status sent already, and
 * the connection is cut.
 */
export type PageComponent = (props: PageProps) => unknown;

/** The component of a layout: drawn with {@linkcode LayoutProps}. */
export type LayoutComponent = (props: LayoutProps) => unknown;

/**
 * What a page module may export. The body comes from `render`, else from the default export, else from `template.tsx` in
 * the same folder. Actions are exported beside these, under any name.
 */
export interface PageModule {
  /** The component of the page, or a class that extends {@linkcode Page}. */
  readonly default?: PageComponent | PageClass | undefined;
  /** Draws the page itself, and is its own guard. */
  readonly render?: RenderFunction | undefined;
  /** Named values for this page and the pages below. */
  readonly context?: ContextFunctions | undefined;
  /** What it adds to the head of the document. */
  readonly head?: Head | undefined;
}

/**
 * Marks a context provider as one that the pages below do not inherit.
 *
 * @param provider Makes the value.
 * @returns The provider, marked.
 *
 * @example For this page alone
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

/** A page module, checked. */
export interface ReadPage {
  /** The default export where it is a page class. */
  readonly pageClass: PageClass | null;
  /** The export `render`. */
  readonly render: RenderFunction | null;
  /** The default export where it is a component. */
  readonly component: PageComponent | null;
  /** The providers in the order they are declared in. */
  readonly context: readonly ReadProvider[];
  /** The export `head`; `null` for none. */
  readonly head: Head;
}

/** A context provider, checked. */
export interface ReadProvider {
  /** The name of its value. */
  readonly name: string;
  /** Whether the pages below have it too. */
  readonly inherited: boolean;
  /** Makes the value. */
  readonly provider: ContextFunction;
}

/**
 * Checks the module of a page or of `not_found.tsx`.
 *
 * @param exports What the module exports.
 * @param file Its path, for messages.
 * @returns What it exports, by role.
 * @throws {TypeError} When an export has not the form that its name promises.
 */
export function readPageModule(exports: ModuleExports, file: string): ReadPage {
  const body = exports.default;
  const render = exports.render;
  if (render !== undefined && typeof render !== "function") {
    throw new TypeError(`Cannot use "${file}" as a page: its export "render" is ${describe(render)}, no function`);
  }
  const pageClass = isPageClass(body) ? body : null;
  if (pageClass !== null && render !== undefined) {
    throw new TypeError(
      `Cannot use "${file}" as a page: it exports both "render" and a page class, which has a render method; keep one`,
    );
  }
  return {
    pageClass,
    // A function is all that can be known of it; what it returns is checked each time.
    render: render === undefined ? null : render as RenderFunction,
    component: body === undefined || pageClass !== null ? null : readComponent(body, file, "a page"),
    context: readProviders(exports.context, file),
    head: readHead(exports),
  };
}

/**
 * Checks the default export of a layout.
 *
 * @param exports What the module exports.
 * @param file Its path, for messages.
 * @returns Its component.
 * @throws {TypeError} When there is no default export or it is no function that gives markup at once.
 */
export function readLayoutModule(exports: ModuleExports, file: string): LayoutComponent {
  const component = readDrawn<LayoutProps>(exports.default, file, "a layout", "wraps its children");
  if (isAsync(component)) {
    throw new TypeError(
      `Cannot use "${file}" as a layout: its default export is an async function; wait in a context provider of a page, ` +
        `whose value the layout gets in its props`,
    );
  }
  return component;
}

/**
 * Checks the default export of a template or of `error.tsx`.
 *
 * @param exports What the module exports.
 * @param file Its path, for messages.
 * @param role What it is to be used as, for messages: `"a template"`, `"the error page"`.
 * @returns Its component.
 * @throws {TypeError} When there is no default export or it is no function.
 */
export function readTemplateModule(exports: ModuleExports, file: string, role: string): PageComponent {
  return readDrawn<PageProps>(exports.default, file, role, "draws the page");
}

/**
 * What a page, a template or a layout adds to the head.
 *
 * @param exports What the module exports.
 * @returns Its head; `null` for none. Markup can only be checked where it is drawn.
 */
export function readHead(exports: ModuleExports): Head {
  // A function of the props, or markup: the renderer takes anything and escapes it.
  return (exports.head ?? null) as Head;
}

/** What a module exports, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** Whether a function was written as `async`: its markup has to be waited for before the page is drawn. */
export function isAsync(value: unknown): boolean {
  return value instanceof AsyncFunction;
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Whether a value is a class that extends {@linkcode Page}. */
export function isPageClass(value: unknown): value is PageClass {
  return typeof value === "function" && value.prototype instanceof Page;
}

function readComponent<P>(value: unknown, file: string, role: string): (props: P) => unknown {
  if (typeof value !== "function") {
    throw new TypeError(
      `Cannot use "${file}" as ${role}: its default export is ${
        describe(value)
      }, a component is needed, which is a function`,
    );
  }
  // A function is all that can be known of a component.
  return value as (props: P) => unknown;
}

function readDrawn<P>(value: unknown, file: string, role: string, does: string): (props: P) => unknown {
  if (value === undefined) {
    throw new TypeError(`Cannot use "${file}" as ${role}: it has no default export; export the component that ${does}`);
  }
  return readComponent(value, file, role);
}

function readProviders(value: unknown, file: string): readonly ReadProvider[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(
      `Cannot use "${file}" as a page: its export "context" is ${describe(value)}, a record of providers is needed`,
    );
  }
  return Object.entries(value).map(([name, entry]) => {
    const provider = isLocal(entry) ? entry.provider : entry;
    if (typeof provider !== "function") {
      throw new TypeError(
        `Cannot use "${file}" as a page: the provider "${name}" of its context is ${describe(provider)}, no function`,
      );
    }
    // A function is all that can be known of a provider.
    return { name, inherited: provider === entry, provider: provider as ContextFunction };
  });
}

function isLocal(value: unknown): value is LocalContextFunction {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "local" &&
    "provider" in value;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
