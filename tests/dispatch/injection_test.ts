import { assertEquals, assertRejects } from "@std/assert";
import type { Injectable } from "../../src/context.ts";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import { DependencyCache } from "../../src/deps/cache.ts";
import { Depends, DForm, DQuery } from "../../src/deps/markers.ts";
import { orderProviders } from "../../src/deps/providers.ts";
import { createRequestDeps, dependency, type RequestDeps } from "../../src/deps/resolver.ts";
import { injectBeforeForm } from "../../src/dispatch/injection.ts";
import { HyperError } from "../../src/errors.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";

const form = defineForm("note", { fields: { title: field.text() } });

function deps(): RequestDeps {
  const request = new Request("http://site.test/?q=milk");
  return createRequestDeps({
    ctx: {
      request,
      url: new URL(request.url),
      params: {},
      cookies: new RequestCookies(request),
      signal: request.signal,
      mode: "submit",
    },
    providers: orderProviders([]),
    overrides: new Map(),
    cache: new DependencyCache((error) => {
      // An error of a reporter is only logged. It is thrown in a microtask, so that it fails the test.
      queueMicrotask(() => {
        throw error;
      });
    }),
    form: null,
    origin: "ok",
    context: null,
  });
}

const inject = (injectables: Readonly<Record<string, Injectable<unknown>>>) => injectBeforeForm(injectables, deps());

Deno.test("injectBeforeForm() resolves dependencies that do not need the form", async () => {
  const user = dependency("user", () => "ada");
  const { injected, waiting } = await inject({ user, again: Depends(user), q: DQuery("q") });
  assertEquals([injected, waiting], [{ user: "ada", again: "ada", q: "milk" }, {}]);
});

Deno.test("injectBeforeForm() returns dependencies that need the form, directly or indirectly, as waiting", async () => {
  const inner = dependency("inner", ({ deps }) => deps.get(DForm(form)));
  const outer = dependency("outer", async ({ deps }) => {
    await Promise.resolve();
    return await deps.get(inner);
  });
  const user = dependency("user", () => "ada");
  const bound = DForm(form);
  const { injected, waiting } = await inject({ outer, user, bound });
  assertEquals([injected, waiting], [{ user: "ada" }, { outer, bound }]);
});

Deno.test("injectBeforeForm() throws the first failure in the order of the names, after all have settled", async () => {
  const log: string[] = [];
  const slow = dependency("slow", async () => {
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    log.push("slow");
    throw new HyperError(401, "slow");
  });
  const quick = dependency("quick", () => {
    throw new HyperError(403, "quick");
  });
  await assertRejects(() => inject({ slow, quick }), HyperError, "slow");
  assertEquals(log, ["slow"]);
});
