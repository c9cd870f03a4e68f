import { assertEquals } from "@std/assert";
import { asDocument, bodyElement, cutOut, plainDocument, withHead } from "../../src/preact/document.ts";

const SCRIPT = "<script src=x></script>";

for (
  const [what, html, expected] of [
    ["an html element", "<html><body></body></html>", true],
    ["an html element with attributes after a doctype", "<!DOCTYPE html>\n<HTML lang=de>", true],
    ["a fragment", "<main></main>", false],
    ["a text about html", "about <html>", false],
    ["an element whose name starts with html", "<html-view></html-view>", false],
    ["an empty string", "", false],
  ] as const
) {
  Deno.test(`asDocument() ${expected ? "returns a document" : "returns null"} for ${what}`, () => {
    assertEquals(asDocument(html) !== null, expected);
  });
}

for (
  const [what, html, head, expected] of [
    [
      "a page without a document gets one with the runtime",
      "<p>x</p>",
      [],
      '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
      `${SCRIPT}</head><body><p>x</p></body></html>`,
    ],
    ...([
      ["the first heading", "<h1>To do</h1><h1>Done</h1>", "<title>To do</title>"],
      [
        "the text of a heading with elements",
        '<h1 title="a>b">To\n  <b class="x>y">do</b><!-- x --></h1>',
        "<title>To do</title>",
      ],
      [
        "the text of a heading, which cannot end the title",
        "<h1>a &amp; &lt;b> <</h1>",
        "<title>a &amp; &lt;b> &lt;</title>",
      ],
      ["nothing for an empty heading", "<h1> <img src=x> </h1>", ""],
      ["nothing for a lower heading", "<h2>To do</h2><header>x</header>", ""],
    ] as const).map(([title, html, expected]) =>
      [
        `a page without a title gets ${title}`,
        html,
        ["<meta b>"],
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
        `${expected}<meta b>${SCRIPT}</head><body>${html}</body></html>`,
      ] as const
    ),
    [
      "a page with a title keeps it",
      "<h1>To do</h1>",
      ["<title>Mine</title>"],
      '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
      `<title>Mine</title>${SCRIPT}</head><body><h1>To do</h1></body></html>`,
    ],
    [
      "a document without a doctype gets one",
      "<html><head></head><body>x</body></html>",
      [],
      "<!DOCTYPE html><html><head></head><body>x</body></html>",
    ],
    [
      "a document with a doctype keeps it",
      "<!doctype html><html><head></head></html>",
      [],
      "<!doctype html><html><head></head></html>",
    ],
    [
      "head parts are added to the end of the head, in order",
      "<html><head><meta a></head><body></body></html>",
      ["<meta b>", "<meta c>"],
      "<!DOCTYPE html><html><head><meta a><meta b><meta c></head><body></body></html>",
    ],
    [
      "the nearest title replaces the layout's and the outer ones",
      "<html><head><title>Layout</title></head></html>",
      ["<title>Outer</title><meta b>", "<title>Inner</title>"],
      "<!DOCTYPE html><html><head><title>Inner</title><meta b></head></html>",
    ],
    [
      "a document without a head gets one",
      '<html lang="de"><body>x</body></html>',
      ["<meta b>"],
      '<!DOCTYPE html><html lang="de"><head><meta b></head><body>x</body></html>',
    ],
    [
      "a title in the body, such as that of an SVG, is kept",
      "<html><head></head><body><svg><title>Chart</title></svg></body></html>",
      ["<title>Page</title>"],
      "<!DOCTYPE html><html><head><title>Page</title></head><body><svg><title>Chart</title></svg></body></html>",
    ],
    [
      "a replacement pattern in a title is text",
      "<html><head><title>a</title></head></html>",
      ["<title>$& $1 $$</title>"],
      "<!DOCTYPE html><html><head><title>$& $1 $$</title></head></html>",
    ],
  ] as const
) {
  Deno.test(`plainDocument() and withHead(): ${what}`, () => assertEquals(complete(html, head), expected));
}

for (
  const [what, html, expected] of [
    [
      "the body element with its attributes",
      '<html><head></head><body class="a">x</body></html>',
      '<body class="a">x</body>',
    ],
    ["a fragment in a body", "<p>x</p>", "<body><p>x</p></body>"],
    ["an empty body of a document without one", "<html><head></head></html>", "<body></body>"],
    ["the rest of a document that does not close its body", "<html><body>x", "<body>x</body>"],
  ] as const
) {
  Deno.test(`bodyElement() returns ${what}`, () => assertEquals(bodyElement(html), expected));
}

Deno.test("cutOut() returns the content of the first element of a name, or null", () => {
  assertEquals(cutOut("<p><x-1><form>a</form></x-1></p><x-1>b</x-1>", "x-1"), "<form>a</form>");
  assertEquals(cutOut("<p></p>", "x-1"), null);
});

/** Completes a page as rendering does. */
function complete(html: string, head: readonly string[]): string {
  const document = asDocument(html);
  return document === null ? plainDocument(html, head, SCRIPT, "en") : withHead(document, head);
}
