// The reference of a refresh is the page itself: title, attributes of `<html>` and body are those that a GET of it has.
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { createParser } from "eventsource-parser";
import { parse, serializeOuter } from "parse5";
import { Suspense } from "preact/compat";
import { action, defineForm, field, Form, type LayoutProps, refresh, toast } from "@hyper/actions";
import { App, EVENTS, type Modules } from "../support/app.tsx";
import { find, findAll, text } from "../support/html.ts";

const again = action("again", () => refresh());
const part = action("part", () => refresh("main"));

/** The members of an event that these tests read. */
interface PatchData {
  readonly content: string;
  readonly page?: string;
}

/** Returns the data of the first event of a response, as another parser reads it. */
async function firstData(response: Response): Promise<PatchData> {
  const found: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => void found.push(data) });
  parser.feed(await response.text());
  return JSON.parse(found[0] ?? "null");
}

/** Returns title, attributes of `<html>` and body of a document, as a browser parses it. */
function around(markup: string): unknown {
  const document = parse(markup);
  const html = find(document, ({ tagName }) => tagName === "html");
  const [title] = findAll(document, ({ tagName }) => tagName === "title");
  return {
    title: title === undefined ? null : text(title),
    attributes: html.attrs.map(({ name, value }) => [name, value]),
  };
}

const bodyOf = (markup: string) => serializeOuter(find(parse(markup), ({ tagName }) => tagName === "body"));

const Page = () => (
  <main>
    <h1>
      A <b>first</b> heading
    </h1>
  </main>
);
const Title = ({ children }: { readonly children: string }) => <title>{children}</title>;
const QUOTED = 'a "b"';
const RETURN = "a\rb";
const Plain = ({ children }: LayoutProps) => (
  <html lang="de" dir="rtl" class={QUOTED} data-n={7} hidden>
    <head>
      <meta charset="utf-8" />
      <script dangerouslySetInnerHTML={{ __html: 'var a = "<title>Not this one</title></head><body>";' }} />
      <Title>{`Layout & <more> "text"`}</Title>
      <title>A second one</title>
    </head>
    <body class="c">
      <svg>
        <title>Of an icon</title>
      </svg>
      {children}
    </body>
  </html>
);
const Headless = ({ children }: LayoutProps) => (
  <html lang="fr">
    <body>{children}</body>
  </html>
);
const Bodiless = ({ children }: LayoutProps) => (
  <html>
    <head>
      <title>No body</title>
    </head>
    {children}
  </html>
);
let pending: Promise<void> | null = null;
let isReady = false;
const Waiting = () => {
  if (!isReady) throw pending ??= Promise.resolve().then(() => void (isReady = true));
  return <p>Ready</p>;
};

const SHAPES: Readonly<Record<string, Modules>> = {
  "a layout with a title": { "pages/layout.tsx": { default: Plain }, "/": { default: Page, again } },
  "a page with a title of its own": {
    "pages/layout.tsx": { default: Plain },
    "/": { default: Page, again, head: [<meta key="m" name="a" />, <Title key="t">Own &amp; more</Title>] },
  },
  "a function as the head": {
    "pages/layout.tsx": { default: Plain, head: <title>Not this one</title> },
    "/": { default: Page, again, head: ({ url }: { readonly url: URL }) => <title>{url.pathname}</title> },
  },
  "a head without a title": {
    "pages/layout.tsx": { default: Plain },
    "/": { default: Page, again, head: <meta name="a" /> },
  },
  "an icon in the head": {
    "pages/layout.tsx": { default: Headless, head: <title>Outer</title> },
    "/": { default: Page, again, head: <link rel="icon" href="data:," /> },
  },
  "a layout without a head": { "pages/layout.tsx": { default: Headless }, "/": { default: Page, again } },
  "a layout without a body": { "pages/layout.tsx": { default: Bodiless }, "/": { default: Page, again } },
  "no layout": { "/": { default: Page, again } },
  "no layout and no heading": { "/": { default: () => <p>Text</p>, again } },
  "no layout, with a head": { "/": { default: Page, again, head: <title>Own</title> } },
  "an empty title": { "/": { default: Page, again, head: <title></title> } },
  "a carriage return in the title": { "/": { default: Page, again, head: <title>{RETURN}</title> } },
  "a part that waits": {
    "pages/layout.tsx": { default: Plain },
    "/": {
      default: () => (
        <Suspense fallback={<i>wait</i>}>
          <Waiting />
        </Suspense>
      ),
      again,
      head: <title>Own</title>,
    },
  },
};

for (const [shape, modules] of Object.entries(SHAPES)) {
  Deno.test(`refresh() sends title, attributes of <html> and body of the page: ${shape}`, async () => {
    await using app = new App(modules);
    const { page = "", content } = await firstData(await app.call("again"));
    const whole = await (await app.request("/", { headers: { accept: "text/html" } })).text();
    assertEquals(around(page), around(whole));
    assertEquals(bodyOf(content), bodyOf(whole));
    assertNotMatch(page + content, /hyper-(head|title)-/);
    assertMatch(page, /^<html[^]*>$/);
    // Only what is around the body: a refresh costs no more than that.
    assertNotMatch(page, /<(meta|script|link|head|body)/);
  });
}

Deno.test("refresh() sends the title after the action function", async () => {
  let count = 1;
  const add = action("add", () => {
    count++;
    return refresh();
  });
  await using app = new App({ "/": { default: Page, add, head: () => <title>{`${count} notes`}</title> } });
  for (const expected of ["2 notes", "3 notes"]) {
    assertEquals(
      (await firstData(await app.call("add"))).page,
      `<html lang="en"><title>${expected}</title>`,
    );
  }
});

Deno.test("refresh() of a part sends no title", async () => {
  await using app = new App({ "pages/layout.tsx": { default: Plain }, "/": { default: Page, part } });
  const data = await firstData(await app.call("part"));
  assertEquals([data.page, bodyOf(data.content).includes("<main>")], [undefined, true]);
});

Deno.test("refresh() in a layer sends the title of the page in the layer", async () => {
  await using app = new App({
    "pages/layout.tsx": { default: Plain },
    "/": { default: Page, again, head: <title>In the layer</title> },
  });
  const data = await firstData(await app.call("again", { headers: { "x-hyper-layer": "1" } }));
  assertEquals(data.page, '<html lang="en"><title>In the layer</title>');
});

Deno.test("an invalid form sends no title: its page has not changed", async () => {
  const NoteForm = defineForm("note", { fields: { text: field.text({ required: true, label: "Text" }) } });
  const note = action("note", { form: NoteForm }, () => toast("Saved"));
  const Note = () => <Form action={note} />;
  await using app = new App({ "/": { default: Note, note, head: <title>Note</title> } });
  const page = await app.open("/");
  const response = await app.submitByRuntime(page, "note", { text: "" });
  assertEquals(response.headers.get("content-type")?.startsWith(EVENTS), true);
  const data = await firstData(response);
  assertEquals([data.page, data.content.includes("<form")], [undefined, true]);
});

Deno.test("a title cannot end what is around the body, nor can an attribute", async () => {
  const evil = `"></html><script>alert(1)</script><title>x</title>`;
  const Evil = ({ children }: LayoutProps) => (
    <html class={evil}>
      <body>{children}</body>
    </html>
  );
  await using app = new App({
    "pages/layout.tsx": { default: Evil },
    "/": { default: Page, again, head: <title>{`</title>${evil}`}</title> },
  });
  const { page = "" } = await firstData(await app.call("again"));
  assertEquals(around(page), { title: `</title>${evil}`, attributes: [["class", evil]] });
  assertEquals(findAll(parse(page), ({ tagName }) => tagName === "script").length, 0);
});
