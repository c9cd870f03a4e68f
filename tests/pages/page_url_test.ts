import { assertEquals, assertThrows } from "@std/assert";
import { pageUrl, trailingSlashRedirect } from "../../src/pages/page_url.ts";
import { createRouter } from "../../src/pages/route.ts";

Deno.test("pageUrl() returns the path of a page without parameters", () => {
  assertEquals(pageUrl("/"), "/");
  assertEquals(pageUrl("/(app)/notes"), "/notes");
});

Deno.test("pageUrl() inserts parameters", () => {
  assertEquals(pageUrl("/notes/[id]/[...rest]", { id: 7, rest: ["a", 2n] }), "/notes/7/a/2");
});

Deno.test("pageUrl() encodes literals and parameters", () => {
  assertEquals(pageUrl("/über uns/[id]", { id: "a?b#c%d é" }), "/%C3%BCber%20uns/a%3Fb%23c%25d%20%C3%A9");
});

Deno.test("pageUrl() returns a path that the router decodes to the same values", () => {
  const router = createRouter([{ pattern: "/x/[id]/[...rest]", file: "x" }]);
  const params = { id: "%2f 100% 東\u{1F600}", rest: ["a+b", "c;d=e", "..."] };
  assertEquals(router.match(pageUrl("/x/[id]/[...rest]", params))?.params, params);
});

Deno.test("pageUrl() adds a query, repeats lists, omits null and undefined", () => {
  const query = { q: "a b&c", tag: ["x", "y"], page: 2, all: true, none: null, gone: undefined, empty: [] };
  assertEquals(pageUrl("/notes", {}, { query }), "/notes?q=a+b%26c&tag=x&tag=y&page=2&all=true");
});

for (const id of ["", ".", "..", "a/b", "a\\b", "a\nb", "\u007f", "\ud800", undefined, null, {}, true]) {
  Deno.test(`pageUrl() rejects a parameter that no path can contain: ${JSON.stringify(id)}`, () => {
    // The types exclude the last four; callers without types need an error too.
    assertThrows(() => pageUrl("/notes/[id]", { id: id as string }), TypeError, 'as "id"');
  });
}

for (const rest of [undefined, [], "a", ["a", ""]]) {
  Deno.test(`pageUrl() rejects a value of [...rest] that is not a list of segments: ${JSON.stringify(rest)}`, () => {
    assertThrows(() => pageUrl("/[...rest]", { rest: rest as string[] }), TypeError, '"rest"');
  });
}

Deno.test("pageUrl() ignores properties of a prototype", () => {
  assertThrows(() => pageUrl("/[toString]" as string, {}), TypeError, '"toString"');
});

for (
  const [url, expected] of [
    ["http://site.test/", null],
    ["http://site.test/notes", null],
    ["http://site.test/notes/", "/notes"],
    ["http://site.test/notes/?a=1&a=%20", "/notes?a=1&a=%20"],
    ["http://site.test/notes//", "/notes"],
    ["http://site.test//evil.test/", null],
    ["http://site.test/\\evil.test/", null],
    ["http://site.test//evil.test//?x", null],
    ["http://site.test///", "/"],
  ] as const
) {
  Deno.test(`trailingSlashRedirect() returns ${expected} for ${url}`, () => {
    assertEquals(trailingSlashRedirect(new URL(url)), expected);
  });
}
