import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { entriesOf, type FieldInput, fillControls, noteSent } from "../../src/testing/controls.ts";
import { attribute, outerMarkup, parseDocument, query } from "../../src/testing/dom.ts";
import { type PatchDefaults, Patcher } from "../../src/testing/patches.ts";
import type { HtmlPatchData, Swap } from "../../src/protocol/patch.ts";
import { openPage } from "./open_page.ts";

const DEFAULTS: PatchDefaults = { target: null, swap: "outer", strictTargets: false };

/** Returns the content of the body of a document after patches. */
function patched(markup: string, ...patches: readonly HtmlPatchData[]): string {
  const document = parseDocument(`<body>${markup}</body>`);
  const patcher = new Patcher();
  for (const patch of patches) patcher.apply(document, { ...patch }, DEFAULTS, patcher.next());
  return query(document, "body").map(outerMarkup).join("").replace(/^<body>|<\/body>$/g, "");
}

const SWAPPED: Readonly<Record<Swap, string>> = {
  inner: "<p>0</p><ul><b>1</b><b>2</b></ul>",
  outer: "<p>0</p><b>1</b><b>2</b>",
  before: "<p>0</p><b>1</b><b>2</b><ul><li>old</li></ul>",
  after: "<p>0</p><ul><li>old</li></ul><b>1</b><b>2</b>",
  prepend: "<p>0</p><ul><b>1</b><b>2</b><li>old</li></ul>",
  append: "<p>0</p><ul><li>old</li><b>1</b><b>2</b></ul>",
  delete: "<p>0</p>",
  none: "<p>0</p><ul><li>old</li></ul>",
  morph: "<p>0</p><b>1</b><b>2</b>",
};

for (const [swap, expected] of Object.entries(SWAPPED)) {
  Deno.test(`Patcher.apply() applies content with swap ${swap}`, () => {
    // The keys of the record above are the modes.
    const patch = { target: "ul", content: "<b>1</b><b>2</b>", swap: swap as Swap };
    assertEquals(patched("<p>0</p><ul><li>old</li></ul>", patch), expected);
  });
}

Deno.test("Patcher.apply() patches every match, and a nested one only if it is still in the page", () => {
  const markup = '<div class="x"><i class="x"></i></div><p class="x"></p>';
  assertEquals(patched(markup, { target: ".x", content: "<b></b>" }), "<b></b><b></b>");
});

Deno.test("Patcher.apply() uses target and swap mode of the call when the patch has none", () => {
  const document = parseDocument("<p></p>");
  const defaults = { target: "p", swap: "inner", strictTargets: false } as const;
  new Patcher().apply(document, { content: "x" }, defaults, 1);
  assertEquals(outerMarkup(document), "<html><head></head><body><p>x</p></body></html>");
});

Deno.test("Patcher.apply() reports a missing target, and throws if strict", () => {
  const document = parseDocument("<p></p>");
  const patcher = new Patcher();
  assertEquals(patcher.apply(document, { content: "", target: "#x" }, DEFAULTS, 1), "#x");
  assertEquals(patcher.apply(document, { content: "" }, DEFAULTS, 2), "");
  assertEquals(patcher.apply(document, { content: "", target: "p" }, DEFAULTS, 3), null);
  const message = 'nothing matches the target "#x"';
  const strict = { ...DEFAULTS, strictTargets: true };
  assertThrows(() => patcher.apply(document, { content: "", target: "#x" }, strict, 4), Error, message);
  const patch = { content: "", target: "#x", strict_targets: true };
  assertThrows(() => patcher.apply(document, { ...patch }, DEFAULTS, 5), Error, message);
  assertEquals(patcher.apply(document, { ...patch, strict_targets: false }, strict, 6), "#x");
});

Deno.test("Patcher.apply() parses rows, options and parts of an SVG in their context", () => {
  assertEquals(
    patched("<table><tbody></tbody></table>", { target: "tbody", swap: "inner", content: "<tr><td>1</td></tr>" }),
    "<table><tbody><tr><td>1</td></tr></tbody></table>",
  );
  const document = parseDocument("<svg></svg>");
  const content = '<linearGradient id="g"></linearGradient>';
  new Patcher().apply(document, { target: "svg", swap: "append", content }, DEFAULTS, 1);
  const [drawn] = query(document, "#g");
  assertEquals([drawn?.tagName, drawn?.namespaceURI], ["linearGradient", "http://www.w3.org/2000/svg"]);
});

Deno.test("Patcher.apply() uses only the selected part of a patch, itself or inside", () => {
  const content = '<body><main><p id="a">new</p></main></body>';
  assertEquals(
    patched('<p id="a">old</p>', { target: "#a", swap: "morph", content, select: "#a" }),
    '<p id="a">new</p>',
  );
  assertThrows(
    () => patched("<p></p>", { target: "p", content, select: "#b" }),
    Error,
    'the answer has no element "#b"',
  );
});

const EACH: readonly [what: string, before: string, content: string, after: string][] = [
  ["by position", "<p>1</p><p>2</p>", "<p>3</p><p>4</p>", "<p>3</p><p>4</p>"],
  ["by id", '<p id="a">1</p><p id="b">2</p>', '<p id="b">4</p><p id="a">3</p>', '<p id="a">3</p><p id="b">4</p>'],
  [
    "by id, not by a position of another",
    '<p id="a">1</p><p id="b">2</p>',
    '<p id="b">4</p>',
    '<p id="a">1</p><p id="b">4</p>',
  ],
  ["by position, with a new id", '<p id="a">1</p>', '<p id="c">3</p>', '<p id="c">3</p>'],
  ["without a counterpart", "<p>1</p><p>2</p>", "<p>3</p>", "<p>3</p><p>2</p>"],
];
for (const [what, before, content, after] of EACH) {
  Deno.test(`Patcher.apply() updates each element that is selected in the page and in the patch: ${what}`, () => {
    for (const swap of ["outer", "morph"] as const) {
      assertEquals(patched(before, { target: "p", swap, content, select: "p" }), after);
    }
  });
}

Deno.test("Patcher.apply() uses the first selected part for each target of another selector", () => {
  const content = "<b>3</b><b>4</b>";
  assertEquals(patched("<p>1</p><p>2</p>", { target: "p", content, select: "b" }), "<b>3</b><b>3</b>");
});

Deno.test("Patcher.apply() puts the body of a document into the body, and its children into any other target", () => {
  const content = '<!doctype html><body class="new"><p>1</p></body>';
  const document = parseDocument('<body class="old"><i></i></body>');
  new Patcher().apply(document, { target: "body", swap: "morph", content }, DEFAULTS, 1);
  assertEquals(outerMarkup(document), '<html><head></head><body class="new"><p>1</p></body></html>');
  assertEquals(patched("<i></i>", { target: "i", content }), "<p>1</p>");
});

Deno.test("morph keeps elements by id and by position, and updates attributes, text and order", () => {
  const document = parseDocument('<ul id="l"><li id="a">A</li><li id="b">B</li><li class="x">C</li></ul>');
  const [a, b, c] = query(document, "li");
  const content = '<ul id="l" class="new"><li id="b">B2</li><li id="n">N</li><li id="a">A</li><li>C2</li></ul>';
  new Patcher().apply(document, { target: "#l", swap: "morph", content }, DEFAULTS, 1);
  assertEquals(query(document, "#l").map(outerMarkup), [content]);
  const now = query(document, "li");
  assertStrictEquals(now[0], b);
  assertStrictEquals(now[2], a);
  assertStrictEquals(now[3], c);
});

Deno.test("morph keeps typed and checked values, unless the server sends another value", () => {
  const form = (a: string, b: string, text: string): string =>
    `<form id="f" aria-label="F"><input name="a" value="${a}"><input name="b" value="${b}"><textarea name="t">${text}</textarea>` +
    '<input type="checkbox" name="c"></form>';
  const { page } = openPage(form("", "", ""));
  page.form("F").fill({ a: "mine", b: "mine", t: "mine", c: true });
  new Patcher().apply(page.node, { target: "#f", swap: "morph", content: form("", "theirs", "") }, DEFAULTS, 1);
  assertEquals(page.form("F").entries(), [["a", "mine"], ["b", "theirs"], ["t", "mine"], ["c", "on"]]);
  new Patcher().apply(page.node, { target: "#f", swap: "morph", content: form("", "theirs", "theirs") }, DEFAULTS, 2);
  assertEquals(page.form("F").field("t").value, "theirs");
});

Deno.test("Patcher.apply() updates a form whose response was accepted, except controls changed after it was sent", () => {
  const controls = `<input name="a"><input name="b"><input name="c" type="password"><input name="d" type="checkbox">`;
  const markup = `<form>${controls}<select name="e"><option>one<option>two</select></form>`;
  const document = parseDocument(markup);
  const [form] = query(document, "form");
  assert(form !== undefined);
  const fill = (name: string, input: FieldInput) => fillControls(query(form, `[name=${name}]`), input);
  Object.entries({ a: "Milk", b: "Tea", c: "secret", d: true, e: "two" }).forEach(([name, input]) => fill(name, input));
  const sent = noteSent(form);
  fill("b", "Coffee");
  const patch = { target: "form", swap: "morph", content: markup } as const;
  const patcher = new Patcher();
  patcher.apply(document, { ...patch }, DEFAULTS, patcher.next());
  assertEquals(entriesOf(form, null).map(([, value]) => value), ["Milk", "Coffee", "secret", "on", "two"]);
  patcher.apply(document, patch, { ...DEFAULTS, sent }, patcher.next());
  assertEquals(entriesOf(form, null).map(([, value]) => value), ["", "Coffee", "secret", "one"]);
});

Deno.test("morph puts the content around the matching element around the element", () => {
  const markup = '<p id="a">old</p>';
  const content = 'x<i></i><p id="a">new</p>y';
  assertEquals(patched(markup, { target: "#a", swap: "morph", content }), content);
});

for (const swap of ["inner", "morph"] as const) {
  Deno.test(`hyper-keep keeps an element in ${swap}, by its id`, () => {
    const document = parseDocument('<main id="m"><div><video id="v" hyper-keep src="1"></video></div></main>');
    const [island] = query(document, "#v");
    const inside = '<p><video id="v" src="2"></video></p>';
    const content = swap === "inner" ? inside : `<main id="m">${inside}</main>`;
    new Patcher().apply(document, { target: "#m", swap, content }, DEFAULTS, 1);
    assertStrictEquals(query(document, "#m > p > #v")[0], island);
    assertEquals(query(document, "video").map((video) => attribute(video, "src")), ["1"]);
  });
}

Deno.test("a late response does not replace newer content, in the element or in the one with its id", () => {
  const document = parseDocument('<p id="a"></p><p id="b"></p>');
  const patcher = new Patcher();
  const [early, late] = [patcher.next(), patcher.next()];
  patcher.apply(document, { target: "#a", content: '<p id="a">late</p>' }, DEFAULTS, late);
  patcher.apply(document, { target: "p", swap: "inner", content: "early" }, DEFAULTS, early);
  assertEquals(query(document, "p").map(outerMarkup), ['<p id="a">late</p>', '<p id="b">early</p>']);
});

Deno.test("a late response may still append, and a second patch of one response is not late", () => {
  const document = parseDocument('<p id="a"></p>');
  const patcher = new Patcher();
  const [early, late] = [patcher.next(), patcher.next()];
  patcher.apply(document, { target: "#a", swap: "inner", content: "1" }, DEFAULTS, late);
  patcher.apply(document, { target: "#a", swap: "inner", content: "2" }, DEFAULTS, late);
  patcher.apply(document, { target: "#a", swap: "append", content: "3" }, DEFAULTS, early);
  assertEquals(query(document, "p").map(outerMarkup), ['<p id="a">23</p>']);
});

Deno.test("a late response does not replace an element with the same id that was added since", () => {
  const document = parseDocument('<div><p id="a"></p></div>');
  const patcher = new Patcher();
  const [early, late, latest] = [patcher.next(), patcher.next(), patcher.next()];
  patcher.apply(document, { target: "#a", swap: "inner", content: "late" }, DEFAULTS, late);
  patcher.apply(document, { target: "div", swap: "inner", content: '<b><p id="a">latest</p></b>' }, DEFAULTS, latest);
  patcher.apply(document, { target: "#a", swap: "inner", content: "early" }, DEFAULTS, early);
  assertEquals(query(document, "p").map(outerMarkup), ['<p id="a">latest</p>']);
});

Deno.test("an element with hyper-keep is not lost to a match that was removed with another match", () => {
  const markup = '<div class="x"><i class="x"></i></div><video id="v" hyper-keep=""></video>';
  assertEquals(
    patched(markup, { target: ".x", content: '<p><video id="v"></video></p>' }),
    '<p><video id="v" hyper-keep=""></video></p>',
  );
});

Deno.test("a late response does not replace what a newer one has inserted without an id", () => {
  const document = parseDocument("<main><p>old</p></main>");
  const patcher = new Patcher();
  const [early, late] = [patcher.next(), patcher.next()];
  patcher.apply(document, { target: "main > p", content: "<p>late</p>" }, DEFAULTS, late);
  patcher.apply(document, { target: "main > p", content: "<p>early</p>" }, DEFAULTS, early);
  assertEquals(query(document, "p").map(outerMarkup), ["<p>late</p>"]);
});

const REFRESH = { target: "body", swap: "morph", content: "<body><p>new</p></body>" } as const;

for (
  const [what, before, page, expected] of [
    [
      "the title and the attributes",
      '<html lang="en" class="a" data-a="1" id="i"><title>Old</title>',
      '<html lang="de" dir="rtl" class="b" data-b="2" id="j"><title>New</title>',
      '<html id="i" lang="de" dir="rtl" class="b" data-b="2"><head><title>New</title></head>',
    ],
    ["a title where there was none", "<html>", "<html><title>New</title>", "<html><head><title>New</title></head>"],
    [
      "no title, so that the old one stays",
      '<html lang="en"><title>Old</title><meta>',
      '<html lang="en">',
      '<html lang="en"><head><title>Old</title><meta></head>',
    ],
  ] as const
) {
  Deno.test(`Patcher.apply() shows what a refresh has around the body: ${what}`, () => {
    const document = parseDocument(`${before}<body><p>old</p></body>`);
    new Patcher().apply(document, { ...REFRESH, page }, DEFAULTS, 1);
    assertEquals(outerMarkup(document), `${expected}<body><p>new</p></body></html>`);
  });
}

Deno.test("Patcher.apply() does not show the title of an older response", () => {
  const document = parseDocument("<title>Old</title>");
  const patcher = new Patcher();
  const [older, newer] = [patcher.next(), patcher.next()];
  patcher.apply(document, { ...REFRESH, page: "<html><title>Newer</title>" }, DEFAULTS, newer);
  patcher.apply(document, { ...REFRESH, page: "<html><title>Older</title>" }, DEFAULTS, older);
  assertEquals(query(document, "title").map(outerMarkup), ["<title>Newer</title>"]);
});
