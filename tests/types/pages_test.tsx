import { assertEquals } from "@std/assert";
import type { Params, RequestContext } from "../../src/context.ts";
import type { Markup } from "../../src/results/markup.ts";
import {
  type ContextFunctions,
  type ContextValues,
  type ErrorPageProps,
  type LayoutProps,
  local,
  Page,
  type PageContext,
  type PageModule,
  type PageProps,
} from "../../src/pages/page_module.ts";
import { pageUrl } from "../../src/pages/page_url.ts";
import type { ParamsOf } from "../../src/pages/route.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if the type is `true`. */
function holds<T extends true>(_holds?: T): void {}

Deno.test("ParamsOf reads the names and kinds of parameters from a pattern", () => {
  holds<Same<ParamsOf<"/notes/[id]">, { readonly id: string }>>();
  holds<Same<ParamsOf<"/notes/[id]/[...rest]">, { readonly id: string; readonly rest: readonly string[] }>>();
  holds<Same<keyof ParamsOf<"/(app)/notes">, never>>();
  holds<Same<ParamsOf<string>, Params>>();
  const params: ParamsOf<"/notes/[id]"> = { id: "7" };
  // @ts-expect-error -- unknown parameter
  assertEquals(params.slug, undefined);
});

Deno.test("pageUrl() checks parameters against the pattern", () => {
  assertEquals(pageUrl("/notes"), "/notes");
  assertEquals(pageUrl("/notes/[id]", { id: "7" }), "/notes/7");
  assertEquals(pageUrl("/notes/[id]", { id: 7 }, { query: { q: undefined } }), "/notes/7");
  assertEquals(pageUrl("/files/[...path]", { path: ["a", 1] as const }), "/files/a/1");
  assertEquals(pageUrl("/notes/[id]" as string, { id: 7 }), "/notes/7");
  const invalid = (): void => {
    // @ts-expect-error -- missing parameters
    pageUrl("/notes/[id]");
    // @ts-expect-error -- missing parameter
    pageUrl("/notes/[id]/[...rest]", { id: 7 });
    // @ts-expect-error -- misspelled name
    pageUrl("/notes/[id]", { ID: 7 });
    // @ts-expect-error -- a segment is not a list
    pageUrl("/notes/[id]", { id: ["7"] });
    // @ts-expect-error -- a rest parameter is a list
    pageUrl("/files/[...path]", { path: "a" });
    // @ts-expect-error -- the pattern has no parameters
    pageUrl("/notes", { id: 7 });
  };
  assertEquals(typeof invalid, "function");
});

const context = {
  user: (ctx: RequestContext) => Promise.resolve({ name: ctx.url.hostname }),
  count: () => 7,
  secret: local(() => Promise.resolve("s")),
} satisfies ContextFunctions;

Deno.test("ContextValues has the awaited types of the context functions", () => {
  type Expected = { readonly user: { name: string }; readonly count: number; readonly secret: string };
  holds<Same<ContextValues<typeof context>, Expected>>();
  holds<Same<PageProps["context"][string], unknown>>();
});

Deno.test("ContextFunctions types the context of a function that declares no type", () => {
  const written = { path: (ctx) => ctx.url.pathname, own: local((ctx) => ctx.params.id) } satisfies ContextFunctions;
  holds<Same<ContextValues<typeof written>["path"], string>>();
});

Deno.test("PageProps types parameters and context", () => {
  const Note = ({ params, context: { user } }: PageProps<"/notes/[id]", typeof context>): string =>
    params.id + user.name;
  const module: PageModule = { default: (props) => String(props.params.id), context, head: ({ url }) => url.href };
  assertEquals([typeof Note, typeof module.default], ["function", "function"]);
});

Deno.test("LayoutProps has children that JSX accepts", () => {
  const Layout = ({ children }: LayoutProps): Markup => <main>{children}</main> as Markup;
  assertEquals(typeof Layout, "function");
});

Deno.test("ErrorPageProps has values that may be missing", () => {
  holds<Same<ErrorPageProps<typeof context>["context"]["count"], number | undefined>>();
});

Deno.test("Page accepts a render function with its parameters", () => {
  class Note extends Page {
    override render(ctx: PageContext<"/notes/[id]">): Markup {
      holds<Same<typeof ctx.params, { readonly id: string }>>();
      return <p>{ctx.params.id}</p>;
    }
  }
  const module: PageModule = { default: Note };
  assertEquals(module.default, Note);
});
