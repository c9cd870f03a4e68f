import type { Dependency, Deps, Injectable, Marker, RequestContext } from "../../src/context.ts";
import type { ParamValue } from "../../src/deps/coerce.ts";
import { type Injected, resolveInjected } from "../../src/deps/inject.ts";
import { DContext, Depends, DForm, DQuery, DUrl } from "../../src/deps/markers.ts";
import { dependency } from "../../src/deps/resolver.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Fails to compile if the two types differ. */
function expectType<_T extends true>(): void {}

type Resolved<I> = I extends Dependency<infer T> ? T : I extends Marker<infer T> ? T : never;

interface User {
  readonly name: string;
}

const currentUser = dependency("user", (): User => ({ name: "ada" }));
const later = dependency(({ request }) => Promise.resolve(request.url.length));
const nullable = dependency((): User | null => null);

Deno.test("DUrl() has the type of its type argument", () => {
  expectType<Equal<ReturnType<typeof noType>, Marker<string>>>();
  const number = DUrl("id", Number);
  const rest = DUrl("rest", [String]);
  const numbers = DUrl("rest", [Number]);
  const custom = DUrl("id", (text) => text.split(","));
  const awaited = DUrl("id", (text) => Promise.resolve(text.length));
  expectType<Equal<typeof number, Marker<number>>>();
  expectType<Equal<typeof rest, Marker<string[]>>>();
  expectType<Equal<typeof numbers, Marker<number[]>>>();
  expectType<Equal<typeof custom, Marker<string[]>>>();
  expectType<Equal<typeof awaited, Marker<number>>>();
});

function noType() {
  return DUrl("id");
}

Deno.test("DQuery() has the type of its type argument and its default", () => {
  const [text, flag, big, date] = [DQuery("q"), DQuery("f", Boolean), DQuery("b", BigInt), DQuery("d", Date)];
  const page = DQuery("page", Number, { default: 1 });
  const maybe = DQuery("page", Number, { default: null });
  const literal = DQuery("sort", z.enum(["up", "down"]), { default: "up" as const });
  expectType<Equal<typeof text, Marker<string>>>();
  expectType<Equal<typeof flag, Marker<boolean>>>();
  expectType<Equal<typeof big, Marker<bigint>>>();
  expectType<Equal<typeof date, Marker<Date>>>();
  expectType<Equal<typeof page, Marker<number>>>();
  expectType<Equal<typeof maybe, Marker<number | null>>>();
  expectType<Equal<typeof literal, Marker<"up" | "down">>>();
});

Deno.test("DQuery() has the output type of a schema of zod, valibot and arktype", () => {
  expectType<Equal<ParamValue<typeof zodNumber>, number>>();
  const byZod = DQuery("n", zodNumber);
  const byValibot = DQuery("n", v.pipe(v.string(), v.transform(Number)));
  const byArktype = DQuery("n", type("string.integer.parse"));
  const list = DQuery("n", [zodNumber]);
  expectType<Equal<typeof byZod, Marker<number>>>();
  expectType<Equal<typeof byValibot, Marker<number>>>();
  expectType<Equal<typeof byArktype, Marker<number>>>();
  expectType<Equal<typeof list, Marker<number[]>>>();
});

const zodNumber = z.coerce.number();

Deno.test("Depends() and dependency() have the awaited type of the factory", () => {
  const [user, length, none] = [Depends(currentUser), Depends(later), Depends(nullable)];
  expectType<Equal<typeof user, Marker<User>>>();
  expectType<Equal<typeof length, Marker<number>>>();
  expectType<Equal<typeof none, Marker<User | null>>>();
  expectType<Equal<Resolved<typeof currentUser>, User>>();
});

Deno.test("DForm() has the type of its form", () => {
  const bound = DForm(Search);
  expectType<Equal<Resolved<typeof bound>["values"]["title"], string>>();
  // @ts-expect-error: the form has no such value
  expectType<Equal<Resolved<typeof bound>["values"]["absent"], string>>();
});

const Search = defineForm("search", { fields: { title: field.text({ required: true }) } });

Deno.test("DContext() has the type of its parameter, unknown without one", () => {
  const [plain, typed] = [DContext("user"), DContext<User>("user")];
  const withDefault = DContext<User, null>("user", { default: null });
  expectType<Equal<typeof plain, Marker<unknown>>>();
  expectType<Equal<typeof typed, Marker<User>>>();
  expectType<Equal<typeof withDefault, Marker<User | null>>>();
});

Deno.test("Injected has the type of its marker for each name", () => {
  const inject = {
    id: DUrl("id", Number),
    tags: DQuery("tag", [String]),
    page: DQuery("page", Number, { default: 1 }),
    user: currentUser,
    length: Depends(later),
    none: nullable,
    title: DContext<string>("title"),
  };
  expectType<
    Equal<Injected<typeof inject>, {
      readonly id: number;
      readonly tags: string[];
      readonly page: number;
      readonly user: User;
      readonly length: number;
      readonly none: User | null;
      readonly title: string;
    }>
  >();
  const resolve = (deps: Deps) => resolveInjected(inject, deps);
  expectType<Equal<Awaited<ReturnType<typeof resolve>>["user"], User>>();
});

Deno.test("every marker and dependency is an Injectable<unknown>", () => {
  const inject: Record<string, Injectable<unknown>> = { id: DUrl("id", Number), user: currentUser, none: nullable };
  void inject;
});

Deno.test("a factory receives the request, and the values it requests are typed", () => {
  const greeting = dependency(async ({ deps, params }: RequestContext) => {
    const user = await deps.get(currentUser);
    const id = await deps.get(DUrl("id", Number));
    expectType<Equal<typeof user, User>>();
    expectType<Equal<typeof id, number>>();
    return `${user.name} ${params.id}`;
  });
  expectType<Equal<Resolved<typeof greeting>, string>>();
});

Deno.test("invalid declarations do not compile", () => {
  const mistakes = () => {
    // @ts-expect-error: a type is not a string
    DUrl("id", "number");
    // @ts-expect-error: the array has one type
    DQuery("tag", [String, Number]);
    // @ts-expect-error: the function takes a string
    DUrl("id", (value: number) => value);
    // @ts-expect-error: a dependency is not its factory
    Depends(() => 7);
    // @ts-expect-error: the name is the first argument
    dependency(() => 7, "user");
    // @ts-expect-error: unknown option
    dependency(() => 7, { lifetime: "request" });
  };
  void mistakes;
});
