/** Types that are inferred for a declared action, and code that must not compile. */
import {
  type Action,
  action,
  type ActionContext,
  type BoundForm,
  type BoundFormset,
  DContext,
  defineForm,
  defineFormset,
  dependency,
  Depends,
  DForm,
  DQuery,
  DUrl,
  field,
  html,
  type Jsonify,
  type Kwargs,
  Page,
  type RequestContext,
  toast,
} from "../../mod.ts";
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { type } from "arktype";
import { h } from "preact";
import * as v from "valibot";
import { z } from "zod";

const Fields = defineForm("fields", {
  fields: { title: field.text({ required: true }), done: field.checkbox(), count: field.number() },
});
const Zod = defineForm("zod", { schema: z.object({ title: z.string(), due: z.iso.date().optional() }) });
const Valibot = defineForm("valibot", { schema: v.object({ title: v.string(), n: v.number() }) });
const Ark = defineForm("ark", { schema: type({ title: "string", "n?": "number" }) });
const Rows = defineFormset(Fields, { prefix: "rows" });

Deno.test("form.values is typed without an annotation: by fields, zod, valibot and arktype", () => {
  action("a", { form: Fields }, ({ form, data }) => {
    assertType<IsExact<typeof form.values.title, string>>(true);
    assertType<IsExact<typeof form.values.done, boolean>>(true);
    assertType<IsExact<typeof form.values.count, number | null>>(true);
    assertType<IsExact<typeof data, typeof form.values>>(true);
  });
  action("b", { form: Zod }, ({ form }) => {
    assertType<IsExact<typeof form.values, { title: string; due?: string | undefined }>>(true);
  });
  action("c", { form: Valibot }, ({ form }) => assertType<IsExact<typeof form.values.n, number>>(true));
  action("d", { form: Ark }, ({ form }) => assertType<IsExact<typeof form.values.title, string>>(true));
});

Deno.test("values of a formset are a list of the values of its form", () => {
  action("a", { form: Rows }, ({ form }) => {
    assertType<IsExact<(typeof form.values)[number]["title"], string>>(true);
  });
});

Deno.test("a form factory types the form like the form itself: alone, with initial values, asynchronous", () => {
  const title = ({ form }: { readonly form: { readonly values: { readonly title: string } } }): number =>
    form.values.title.length;
  action("a", { form: () => Fields }, ({ form }) => assertType<IsExact<typeof form.values.title, string>>(true));
  action("b", { form: ({ params }) => [Fields, { initial: { title: params.id } }] }, (ctx) => title(ctx));
  action("c", {
    form: async ({ deps }) => {
      await deps.get(DQuery("q"));
      return [Fields, { initial: {} }];
    },
  }, ({ form }) => assertType<IsExact<typeof form.values.title, string>>(true));
  action("d", { form: ({ params }) => Promise.resolve(params.id === "1" ? Fields : Zod) }, (ctx) => title(ctx));
});

Deno.test("without a form, the form of the context is null and data is Kwargs", () => {
  action("a", ({ form, data }) => {
    assertType<IsExact<typeof form, null>>(true);
    assertType<IsExact<typeof data, Kwargs>>(true);
  });
  action("b", { method: "GET" }, ({ form }) => assertType<IsExact<typeof form, null>>(true));
});

Deno.test("data has the output type of the input schema", () => {
  action("a", { input: z.object({ n: z.string().transform(Number), tags: z.array(z.string()) }) }, ({ data }) => {
    assertType<IsExact<typeof data, { n: number; tags: string[] }>>(true);
  });
  action("b", { input: v.object({ n: v.number() }) }, ({ data }) => assertType<IsExact<typeof data.n, number>>(true));
  action("c", { input: type({ n: "number" }) }, ({ data }) => assertType<IsExact<typeof data.n, number>>(true));
});

Deno.test("injected values have the types of their markers", () => {
  interface User {
    readonly name: string;
  }
  const user = dependency("user", (): Promise<User> => Promise.resolve({ name: "ada" }));
  action("a", {
    form: Fields,
    inject: {
      id: DUrl("id"),
      n: DUrl("n", Number),
      page: DQuery("page", Number, { default: null }),
      tags: DQuery("tag", [String]),
      user,
      same: Depends(user),
      theme: DContext<"light" | "dark">("theme"),
      bound: DForm(Fields),
    },
  }, ({ id, n, page, tags, user, same, theme, bound, form }) => {
    assertType<IsExact<typeof id, string>>(true);
    assertType<IsExact<typeof n, number>>(true);
    assertType<IsExact<typeof page, number | null>>(true);
    assertType<IsExact<typeof tags, string[]>>(true);
    assertType<IsExact<typeof user, User>>(true);
    assertType<IsExact<typeof same, User>>(true);
    assertType<IsExact<typeof theme, "light" | "dark">>(true);
    assertType<IsExact<typeof bound, typeof form>>(true);
  });
});

Deno.test("an action has the types of its name, its input and its result", () => {
  const save = action("save", { form: Fields }, ({ form }) => ({ id: 7, title: form.values.title }));
  assertType<IsExact<typeof save, Action<"save", Input<typeof Fields>, { id: number; title: string }>>>(true);
  const sum = action("sum", { input: z.object({ a: z.string().transform(Number) }) }, ({ data }) => data.a);
  assertType<IsExact<typeof sum, Action<"sum", { a: string }, number>>>(true);
  const later = action("later", () => Promise.resolve(["a"]));
  assertType<IsExact<typeof later, Action<"later", Kwargs, string[]>>>(true);
});

type Input<F> = F extends { readonly types?: { readonly input: infer I } } ? I : never;

Deno.test("the result of a typed caller contains only data", () => {
  const items = action("items", () => [toast("x"), html("y")]);
  assertType<IsExact<typeof items, Action<"items", Kwargs, never>>>(true);
  const view = action("view", () => h("p", null, "x"));
  assertType<IsExact<typeof view, Action<"view", Kwargs, never>>>(true);
  const nothing = action("nothing", () => {});
  assertType<IsExact<typeof nothing, Action<"nothing", Kwargs, never>>>(true);
  const mixed = action("mixed", ({ url }) => url.search === "" ? { n: 1 } : toast("x"));
  assertType<IsExact<typeof mixed, Action<"mixed", Kwargs, { n: number }>>>(true);
  const stream = action("stream", function* () {
    yield toast("x");
  });
  assertType<IsExact<typeof stream, Action<"stream", Kwargs, never>>>(true);
});

interface Tree {
  readonly name: string;
  readonly at: Date;
  readonly children: readonly Tree[];
}

Deno.test("the result of a typed caller is the type after a JSON round trip", () => {
  const dated = action("dated", () => ({
    at: new Date(),
    home: new URL("https://site.test/"),
    by: undefined as string | undefined,
    pair: [1, new Date()] as [number, Date],
    [Symbol.iterator]: undefined,
  }));
  type Dated = { at: string; home: string; by?: string; pair: [number, string] };
  assertType<IsExact<typeof dated, Action<"dated", Kwargs, Dated>>>(true);
  const list = action("list", () => Promise.resolve([new Date(), null]));
  assertType<IsExact<typeof list, Action<"list", Kwargs, (string | null)[]>>>(true);
  const tree = action("tree", (): Tree => ({ name: "a", at: new Date(), children: [] }));
  type Sent = typeof tree extends Action<string, unknown, infer R> ? R : never;
  assertType<IsExact<Sent["children"][0]["children"][0]["at"], string>>(true);
  assertType<IsExact<Jsonify<Record<string, Date>>, Record<string, string>>>(true);
  assertType<IsExact<Jsonify<{ readonly a?: Date; b: unknown }>, { readonly a?: string; b?: unknown }>>(true);
  assertType<IsExact<Jsonify<unknown>, unknown>>(true);
});

Deno.test("data that JSON cannot represent does not compile", () => {
  const declare = (): void => {
    // @ts-expect-error -- a map
    action("a", () => new Map([["a", 1]]));
    // @ts-expect-error -- a bigint in a list in an object
    action("b", () => ({ a: { b: [1n] } }));
    // @ts-expect-error -- a function
    action("c", () => ({ f: () => 1 }));
    // @ts-expect-error -- a set in a promise
    action("d", () => Promise.resolve({ s: new Set([1]) }));
    // @ts-expect-error -- a member of a list that is undefined, with options
    action("e", { method: "GET" }, () => [undefined, 1]);
    // @ts-expect-error -- bytes, where an item may be returned too
    action("f", ({ url }) => url.search === "" ? toast("x") : new Uint8Array(1));
    action("g", (): unknown => 1);
    action("h", ({ url }) => url.search === "" ? { name: "a", message: "b" } : undefined);
  };
  assertEquals(typeof declare, "function");
});

Deno.test("ActionContext types an action function that is declared separately, and a decorated method", () => {
  const handle = ({ form, data }: ActionContext<typeof Fields>): number => form.values.title.length + data.title.length;
  action("a", { form: Fields }, handle);
  class Notes extends Page {
    override render(): string {
      return "";
    }
    @action("b", { form: Fields })
    save({ form }: ActionContext<typeof Fields>): string {
      return form.values.title;
    }
    @action("c", { inject: { id: DUrl("id", Number) } })
    open({ id }: ActionContext & { readonly id: number }): number {
      return id;
    }
  }
  assertEquals(new Notes().render(), "");
});

Deno.test("a bound form and a bound formset are distinguished by kind", () => {
  const read = (form: BoundForm<{ a: string }> | BoundFormset<{ a: string }>): string =>
    form.kind === "form" ? form.values.a : form.values.map(({ a }) => a).join();
  assertType<IsExact<ReturnType<typeof read>, string>>(true);
});

Deno.test("invalid declarations do not compile", () => {
  const declare = (): void => {
    action("a", { form: Fields }, ({ form }) => {
      // @ts-expect-error -- the form has no such field
      form.values.titel;
      // @ts-expect-error -- values are read-only
      form.kind = "formset";
    });
    // @ts-expect-error -- only GET and POST run actions
    action("b", { method: "PUT" }, () => {});
    // @ts-expect-error -- only a dependency or a marker can be injected
    action("c", { inject: { user: "ada" } }, () => {});
    // @ts-expect-error -- the action has no form
    action("d", ({ form }) => form.values);
    // @ts-expect-error -- no injected value has this name
    action("e", { inject: { id: DUrl("id") } }, ({ user }) => user);
    action("f", { input: z.object({ n: z.number() }) }, ({ data }) => {
      // @ts-expect-error -- the schema returns a number
      data.n.toUpperCase();
    });
    // @ts-expect-error -- the option is misspelled
    action("g", { forms: Fields }, () => {});
    // @ts-expect-error -- a guard returns nothing, a boolean or a Response
    action("h", { guard: (_ctx: RequestContext) => "no" }, () => {});
    class Wrong extends Page {
      override render(): string {
        return "";
      }
      // @ts-expect-error -- the method declares another form than the action
      @action("i", { form: Fields })
      save(_ctx: ActionContext<typeof Valibot>): void {}
    }
    void Wrong;
    const params = (ctx: RequestContext): void => {
      // @ts-expect-error -- route parameters are read-only
      ctx.params.id = "8";
    };
    void params;
  };
  void declare;
});
