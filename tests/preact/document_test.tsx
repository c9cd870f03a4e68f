// deno-lint-ignore-file jsx-key jsx-no-useless-fragment -- the nodes of a table are not children; a fragment is a case
import { assertEquals, assertThrows } from "@std/assert";
import { type ComponentChildren, Fragment, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import {
  bodyOnly,
  type DocumentHead,
  HeadTitles,
  isDocument,
  NO_HEAD,
  plainDocument,
  wholeDocument,
} from "../../src/preact/document.ts";
import { renderInParts } from "../../src/preact/render_parts.tsx";
import { renderAtOnce } from "../../src/preact/render_html.ts";

const META: DocumentHead = { html: "<meta b>", hasTitle: false };
const TITLE: DocumentHead = { html: "<title>Page</title>", hasTitle: true };

interface WithChildren {
  readonly children?: ComponentChildren;
}

const Through = ({ children }: WithChildren) => <>{children}</>;
const Head = ({ children }: WithChildren) => <head>{children}</head>;
const Body = ({ children }: WithChildren) => <body>{children}</body>;

for (
  const [what, node, head, expected] of [
    [
      "adds the heads to the end of the layout's head",
      <html>
        <head>
          <meta name="a" />
        </head>
        <body>x</body>
      </html>,
      META,
      '<html><head><meta name="a"/><meta b></head><body>x</body></html>',
    ],
    [
      "adds them to a head that a component renders",
      <Through>
        <html>
          <Through>
            <Head>
              <meta name="a" />
            </Head>
          </Through>
          <Body>x</Body>
        </html>
      </Through>,
      META,
      '<html><head><meta name="a"/><meta b></head><body>x</body></html>',
    ],
    [
      "adds them to an empty head",
      <html>
        <head />
        <body />
      </html>,
      META,
      "<html><head><meta b></head><body></body></html>",
    ],
    [
      "replaces the title of the layout by that of the page",
      <html>
        <head>
          <title>Layout</title>
          <meta name="a" />
        </head>
      </html>,
      TITLE,
      '<html><head><meta name="a"/><title>Page</title></head></html>',
    ],
    [
      "keeps the title of the layout if the page has none",
      <html>
        <head>
          <title>Layout</title>
        </head>
      </html>,
      META,
      "<html><head><title>Layout</title><meta b></head></html>",
    ],
    [
      "inserts a head into a document without one",
      <html lang="de">
        <body class="c">x</body>
      </html>,
      META,
      '<html lang="de"><head><meta b></head><body class="c">x</body></html>',
    ],
    [
      "inserts a head into a document without head and body",
      <html>
        <main>x</main>
        <p>y</p>
      </html>,
      META,
      "<html><head><meta b></head><main>x</main><p>y</p></html>",
    ],
    [
      "inserts no head if there is nothing to insert",
      <html>
        <body>x</body>
      </html>,
      NO_HEAD,
      "<html><body>x</body></html>",
    ],
    [
      "keeps a title in the body, such as that of an SVG",
      <html>
        <head />
        <body>
          <svg>
            <title>Chart</title>
          </svg>
        </body>
      </html>,
      TITLE,
      "<html><head><title>Page</title></head><body><svg><title>Chart</title></svg></body></html>",
    ],
    [
      "is not misled by tags in text, scripts and attributes",
      <html>
        <head>
          <script dangerouslySetInnerHTML={{ __html: 'const a = "</head><body>"' }} />
          <meta content="</head>" />
        </head>
        <body title="<head>">
          <pre>{"</head>"}</pre>
        </body>
      </html>,
      META,
      '<html><head><script>const a = "</head><body>"</script><meta content="&lt;/head>"/><meta b></head>' +
      '<body title="&lt;head>"><pre>&lt;/head></pre></body></html>',
    ],
    [
      "adds nothing to a head that is not the document's",
      <html>
        <head />
        <body>
          <main>
            <head>x</head>
          </main>
        </body>
      </html>,
      META,
      "<html><head><meta b></head><body><main><head>x</head></main></body></html>",
    ],
  ] as readonly (readonly [string, VNode, DocumentHead, string])[]
) {
  Deno.test(`wholeDocument() ${what}`, () => {
    const nodes = wholeDocument(head, "pages/page.tsx");
    assertEquals(renderAtOnce(node, null, nodes.onNode), expected);
    assertEquals(nodes.hasHtml(), true);
  });
}

Deno.test("wholeDocument() tells a page that does not render <html>, whatever its text", () => {
  const nodes = wholeDocument(META, "pages/page.tsx");
  assertEquals(
    renderAtOnce(
      <main>
        <html>x</html>
        {"<html>"}
      </main>,
      null,
      nodes.onNode,
    ),
    "<main><html>x</html>&lt;html></main>",
  );
  assertEquals(nodes.hasHtml(), false);
});

Deno.test("wholeDocument() adds the heads once if the layout is rendered again around a component that waits", async () => {
  let isReady = false;
  const Slow = () => {
    if (!isReady) throw Promise.resolve().then(() => void (isReady = true));
    return <b>late</b>;
  };
  for (
    const Layout of [
      () => (
        <html>
          <Head>
            <title>Layout</title>
          </Head>
          <body>
            <Slow />
          </body>
        </html>
      ),
      () => (
        <html>
          <head>
            <title>Layout</title>
          </head>
          <body>
            <Through>
              <Slow />
            </Through>
          </body>
        </html>
      ),
      () => (
        <html>
          <Body>
            <Slow />
          </Body>
        </html>
      ),
      () => (
        <html>
          <>
            <Body />
            <Slow />
          </>
        </html>
      ),
      () => (
        <html>
          <Through>
            <main>
              <Slow />
            </main>
          </Through>
        </html>
      ),
      () => (
        <html>
          <>
            <title>Layout</title>
            <body>
              <Slow />
            </body>
          </>
        </html>
      ),
      () => (
        <html>
          <head>
            <Slow />
          </head>
        </html>
      ),
    ]
  ) {
    isReady = false;
    const nodes = wholeDocument(TITLE, "pages/page.tsx");
    const html = (await Array.fromAsync(renderInParts(<Layout />, nodes.onNode))).join("");
    assertEquals(html.split("<title>Page</title></head>").length, 2, html);
  }
});

Deno.test("wholeDocument() rejects an <html> that was compiled to text, and names the option to set", () => {
  const nodes = wholeDocument(META, "pages/page.tsx");
  const template = jsxTemplate(["<html><head></head><body>", "</body></html>"], <p>x</p>);
  assertThrows(() => renderAtOnce(template, null, nodes.onNode), TypeError, "jsxPrecompileSkipElements");
  const inside = <main>{jsxTemplate(["<html></html>"])}</main>;
  assertEquals(renderAtOnce(inside, null, wholeDocument(META, "x").onNode), "<main><html></html></main>");
});

for (
  const [what, node, hasBody, expected] of [
    [
      "the body with its attributes",
      <html>
        <head>
          <title>x</title>
        </head>
        <body class="a">x</body>
      </html>,
      true,
      '<body class="a">x</body>',
    ],
    [
      "the body of a component",
      <Through>
        <html>
          <Head>y</Head>
          <Body>x</Body>
        </html>
      </Through>,
      true,
      "<body>x</body>",
    ],
    [
      "what a document without <body> has after its head",
      <html>
        <head />
        <main>x</main>
      </html>,
      false,
      "<main>x</main>",
    ],
    [
      "a fragment as it is",
      <Fragment>
        <p>x</p>
      </Fragment>,
      false,
      "<p>x</p>",
    ],
    [
      "nothing of a document that has only a head",
      <html>
        <head>x</head>
      </html>,
      false,
      "",
    ],
    [
      "a body whose text and scripts contain tags",
      <html>
        <head>
          <script dangerouslySetInnerHTML={{ __html: '"<body>"' }} />
        </head>
        <body>
          <script dangerouslySetInnerHTML={{ __html: '"</body>"' }} />x
        </body>
      </html>,
      true,
      '<body><script>"</body>"</script>x</body>',
    ],
  ] as readonly (readonly [string, VNode, boolean, string])[]
) {
  Deno.test(`bodyOnly() leaves ${what}`, () => {
    const nodes = bodyOnly();
    assertEquals(renderAtOnce(node, null, nodes.onNode), expected);
    assertEquals(nodes.hasBody(), hasBody);
  });
}

Deno.test("HeadTitles leaves out titles that are not needed, and not those of an SVG", () => {
  const node = (
    <>
      <title>Outer</title>
      <meta name="a" />
      <svg>
        <title>Icon</title>
      </svg>
    </>
  );
  const needed = new HeadTitles(true), other = new HeadTitles(false);
  const rest = '<meta name="a"/><svg><title>Icon</title></svg>';
  assertEquals(renderAtOnce(node, null, needed.onNode), `<title>Outer</title>${rest}`);
  assertEquals(renderAtOnce(node, null, other.onNode), rest);
  assertEquals([needed.hasTitle, other.hasTitle], [true, true]);
  const none = new HeadTitles(true);
  renderAtOnce(<meta name="a" />, null, none.onNode);
  assertEquals(none.hasTitle, false);
});

Deno.test("plainDocument() puts a page without <html> into a document with the runtime", () => {
  assertEquals(
    plainDocument("<p>x</p>", TITLE, "<script src=x></script>", "de"),
    '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
      "<title>Page</title><script src=x></script></head><body><p>x</p></body></html>",
  );
});

for (
  const [what, html, title] of [
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
  ] as const
) {
  Deno.test(`plainDocument() adds to a page without a title: ${what}`, () => {
    assertEquals(
      plainDocument(html, META, "", "en"),
      '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
        `${title}<meta b></head><body>${html}</body></html>`,
    );
  });
}

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
  Deno.test(`isDocument() is ${expected} for ${what}`, () => assertEquals(isDocument(html), expected));
}
