import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { identityOfPage, mayHoldFields, pageOfFields, pageOfUrl } from "../../src/dispatch/steps/named_page.ts";
import { pagesFromList } from "../../src/pages/discover.ts";
import { loadManifest } from "../../src/pages/manifest.ts";
import { createOrigins } from "../../src/pages/origin.ts";
import type { Body } from "../../src/http/body.ts";

const load = (): Promise<unknown> => Promise.resolve({ default: () => null });
const paths = ["/notes/[id]", "pages/not_found.tsx"];
const manifest = await loadManifest(pagesFromList(paths.map((path) => ({ path, load })), "/srv/app"));
const finders = { router: manifest.router, origins: createOrigins(manifest, "/srv/app") };
const ENDPOINT = "http://site.test/_next/form/0123456789abcdef/";
const FILE = "pages/notes/[id]/page.tsx";

function fieldsOf(fields: Readonly<Record<string, string>>): Body {
  return { kind: "fields", fields: new Map(Object.entries(fields).map(([name, value]) => [name, [value]])) };
}

for (
  const [url, href, path, isWhole] of [
    ["http://site.test/notes/7?a=1&_action=save", "http://site.test/notes/7?a=1", null, true],
    [`${ENDPOINT}?_next_form_origin=%2Fnotes%2F7%3Fa`, "http://site.test/notes/7?a", "/notes/7", true],
    [`${ENDPOINT}?_next_form_origin=%2Fnotes%2F7%3F`, "http://site.test/notes/7", "/notes/7", false],
    [`${ENDPOINT}?_next_form_origin=%2Fnowhere`, "http://site.test/nowhere", "/nowhere", true],
    [`${ENDPOINT}?_next_form_origin=`, null, "", true],
    [ENDPOINT, null, null, false],
    ["http://site.test/nowhere", null, null, false],
  ] as const
) {
  Deno.test(`pageOfUrl() reads ${url}`, () => {
    const named = pageOfUrl(new URL(url), finders);
    assertEquals([named.page?.url.href ?? null, named.path, named.isWhole], [href, path, isWhole]);
  });
}

Deno.test("pageOfFields() completes a short address, and leaves a whole one", () => {
  const read = (address: string, fields: Readonly<Record<string, string>>): string | null => {
    const url = new URL(`${ENDPOINT}?_next_form_origin=${encodeURIComponent(address)}`);
    return pageOfFields(pageOfUrl(url, finders), fieldsOf(fields), url, finders)?.url.href ?? null;
  };
  assertEquals(read("/notes/7?", { _next_form_origin: "/notes/7?a=1" }), "http://site.test/notes/7?a=1");
  assertEquals(read("/notes/7?", {}), "http://site.test/notes/7");
  assertEquals(read("/notes/7?b=2", { _next_form_origin: "/notes/7?a=1" }), "http://site.test/notes/7?b=2");
  assertEquals(read("/notes/7?b=2", { _next_form_page: FILE }), "http://site.test/notes/7?b=2");
  assertThrows(() => read("/notes/7?", { _next_form_origin: "/notes/8?a=1" }), InputError, "names another page");
  assertThrows(() => read("/notes/7", { _next_form_page: "pages/page.tsx" }), InputError, "names another page");
});

Deno.test("pageOfFields() reads both fields if the URL names no page, and only of a form body", () => {
  const url = new URL(ENDPOINT);
  const named = pageOfUrl(url, finders);
  const both = fieldsOf({ _next_form_page: FILE, _next_form_origin: "/notes/7" });
  assertEquals(pageOfFields(named, both, url, finders)?.params, { id: "7" });
  for (const body of [fieldsOf({ _next_form_origin: "/notes/7" }), fieldsOf({ _next_form_page: FILE })]) {
    assertEquals(pageOfFields(named, body, url, finders), null);
  }
  for (const body of [{ kind: "empty" }, { kind: "json", value: { _next_form_origin: "/notes/7" } }] as const) {
    assertEquals(pageOfFields(named, body, url, finders), null);
  }
});

Deno.test("identityOfPage() returns the route with its params, or the path without a page", () => {
  const at = (address: string) => finders.origins.resolveAddress(address, new URL(ENDPOINT));
  assertEquals(identityOfPage(at("/notes/%37?a=1")), ["/notes/[id]", { id: "7" }]);
  assertEquals(identityOfPage(at("/nowhere?a=1")), [null, "/nowhere"]);
  assertEquals(identityOfPage(null), null);
});

for (
  const [method, type, expected] of [
    ["POST", "application/x-www-form-urlencoded", true],
    ["POST", " Multipart/Form-Data; boundary=b", true],
    ["POST", "application/json", false],
    ["POST", null, false],
    ["GET", "multipart/form-data; boundary=b", false],
  ] as const
) {
  Deno.test(`mayHoldFields() is ${expected} for ${method} with ${type}`, () => {
    assertEquals(
      mayHoldFields({ method, headers: new Headers(type === null ? {} : { "content-type": type }) }),
      expected,
    );
  });
}
