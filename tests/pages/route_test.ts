import { assert, assertEquals, assertThrows } from "@std/assert";
import { createRouter, parsePattern } from "../../src/pages/route.ts";

function routerOf(...patterns: string[]): ReturnType<typeof createRouter<{ pattern: string; file: string }>> {
  return createRouter(patterns.map((pattern) => ({ pattern, file: `pages${pattern}/page.tsx` })));
}

function matchOf(patterns: string[], path: string): [string, Record<string, unknown>] | null {
  const match = routerOf(...patterns).match(path);
  return match === null ? null : [match.route.pattern, { ...match.params }];
}

Deno.test("parsePattern() parses literals, [name] and [...name], and omits groups", () => {
  assertEquals(parsePattern("notes/[id]/(app)/x(y)/[...rest]"), {
    source: "/notes/[id]/x(y)/[...rest]",
    segments: [
      { kind: "static", text: "notes" },
      { kind: "param", name: "id" },
      { kind: "static", text: "x(y)" },
      { kind: "rest", name: "rest" },
    ],
  });
});

Deno.test("parsePattern() parses the root, with or without groups", () => {
  for (const pattern of ["", "/", "(app)", "/(a)/(b)/"]) {
    assertEquals(parsePattern(pattern), { source: "/", segments: [] }, pattern);
  }
});

Deno.test("parsePattern() accepts a group after [...name]", () => {
  assertEquals(parsePattern("/[...rest]/(app)").source, "/[...rest]");
});

for (
  const [pattern, phrase] of [
    ["/[id", '"[id" is neither a literal'],
    ["/id]", '"id]" is neither a literal'],
    ["/x[id]", '"x[id]" is neither a literal'],
    ["/[[id]]", '"[[id]]" has an invalid name'],
    ["/[]", '"[]" has an invalid name'],
    ["/[...]", '"[...]" has an invalid name'],
    ["/[a b]", '"[a b]" has an invalid name'],
    ["/[1a]", '"[1a]" has an invalid name'],
    ["/[__proto__]", '"[__proto__]" has an invalid name'],
    ["/()", '"()" is neither a literal'],
    ["/a/../b", '".." is neither a literal'],
    ["/a\\b", "is neither a literal"],
    ["/[id]/x/[id]", 'the parameter "id" occurs twice'],
    ["/[...rest]/edit", '"edit" follows "[...rest]"'],
  ] as const
) {
  Deno.test(`parsePattern() rejects ${pattern}`, () => {
    assertThrows(() => parsePattern(pattern), TypeError, phrase);
  });
}

const CASES: [patterns: string[], path: string, expected: [string, Record<string, unknown>] | null, what: string][] = [
  [["/"], "/", ["/", {}], "finds the root"],
  [["/notes"], "/notes", ["/notes", {}], "finds a text"],
  [["/notes"], "/Notes", null, "heeds case"],
  [["/notes"], "/notes/", null, "leaves a slash at the end to the policy"],
  [["/notes"], "//notes", null, "finds nothing for an empty segment"],
  [["/notes"], "notes", null, "finds nothing for what is no path"],
  [["/notes"], "/notes/7", null, "finds nothing below a leaf"],
  [["/notes/[id]"], "/notes", null, "finds nothing above a leaf"],
  [["/notes/[id]"], "/notes/7", ["/notes/[id]", { id: "7" }], "gives a parameter"],
  [["/notes/[id]"], "/notes/a%20b%25", ["/notes/[id]", { id: "a b%" }], "decodes a parameter once"],
  [["/notes/[id]"], "/notes/%2561", ["/notes/[id]", { id: "%61" }], "does not decode twice"],
  [["/notes/[id]"], "/notes/%E6%9D%B1", ["/notes/[id]", { id: "東" }], "decodes UTF-8"],
  [["/über uns"], "/%C3%BCber%20uns", ["/über uns", {}], "compares a text decoded"],
  [["/a%20b"], "/a%20b", null, "takes a folder's name as it is on disk"],
  [["/admin"], "/%61dmin", ["/admin", {}], "finds one page for each spelling of its path"],
  [["/[id]"], "/%E0%A4%A", null, "finds nothing for a malformed encoding"],
  [["/[id]"], "/%FF", null, "finds nothing for what is no UTF-8"],
  [["/[id]"], "/a%2Fb", null, "finds nothing for an encoded slash"],
  [["/[id]"], "/a%5Cb", null, "finds nothing for an encoded backslash"],
  [["/[id]"], "/a%00", null, "finds nothing for an encoded control character"],
  [["/[id]"], "/a%7F", null, "finds nothing for an encoded DEL"],
  [["/[id]"], "/%2e%2E", null, "finds nothing for an encoded dot segment"],
  [["/files/[...path]"], "/files", null, "wants one segment at least for the rest"],
  [["/files/[...path]"], "/files/a", ["/files/[...path]", { path: ["a"] }], "gives the rest as a list of one"],
  [
    ["/files/[...path]"],
    "/files/a/b%20c/d",
    ["/files/[...path]", { path: ["a", "b c", "d"] }],
    "gives the rest decoded",
  ],
  [["/[...path]"], "/", null, "does not take the root for the rest"],
  [["/[a]/[...rest]"], "/x/y/z", ["/[a]/[...rest]", { a: "x", rest: ["y", "z"] }], "gives both kinds"],
  [["/[id]", "/new"], "/new", ["/new", {}], "prefers a text to a parameter"],
  [["/[...rest]", "/[id]"], "/x", ["/[id]", { id: "x" }], "prefers a parameter to the rest"],
  [["/a/x", "/[p]/y"], "/a/y", ["/[p]/y", { p: "a" }], "goes back from a text that leads nowhere"],
  [["/a/[p]/x", "/[q]/b/y"], "/a/b/y", ["/[q]/b/y", { q: "a" }], "goes back two steps"],
  [["/a/b", "/[...rest]"], "/a/c", ["/[...rest]", { rest: ["a", "c"] }], "goes back to the rest"],
  [["/a/[...near]", "/[...far]"], "/a/c", ["/a/[...near]", { near: ["c"] }], "prefers the nearer rest"],
  [["/[a]/x", "/[b]/y"], "/1/y", ["/[b]/y", { b: "1" }], "gives each route its own names"],
  [["/[constructor]"], "/x", ["/[constructor]", { constructor: "x" }], "gives a parameter of any allowed name"],
];
for (const [patterns, path, expected, what] of CASES) {
  Deno.test(`createRouter() ${what}: ${path} among ${patterns.join(" ")}`, () => {
    assertEquals(matchOf(patterns, path), expected);
  });
}

for (
  const [first, second] of [
    ["/notes/[id]", "/notes/[slug]"],
    ["/notes", "/(app)/notes"],
    ["/[...a]", "/[...b]"],
    ["/", "/(app)"],
  ] as const
) {
  Deno.test(`createRouter() rejects two files that match the same URLs: ${first} and ${second}`, () => {
    const error = assertThrows(
      () => createRouter([{ pattern: first, file: "one.tsx" }, { pattern: second, file: "two.tsx" }]),
      TypeError,
    ) as TypeError;
    assert(error.message.includes('"one.tsx"') && error.message.includes('"two.tsx"'), error.message);
  });
}

Deno.test("match() visits as many nodes with two thousand routes as with ten", () => {
  // Counted, not timed: each lookup of a literal among its siblings counts as one visit of a node.
  const count = (routes: number): number => {
    const patterns = Array.from({ length: routes }, (_, index) => `/section-${index}/[id]/edit`);
    const router = routerOf(...patterns, "/[...rest]");
    let visits = 0;
    const get = Map.prototype.get;
    Map.prototype.get = function (key) {
      visits++;
      return get.call(this, key);
    };
    try {
      router.match("/section-7/42/edit");
      router.match("/section-7/42/nothing");
    } finally {
      Map.prototype.get = get;
    }
    return visits;
  };
  assertEquals(count(2000), count(10));
});
