import { assertEquals, assertMatch, assertNotMatch, assertRejects } from "@std/assert";
import { type ComponentChildren, createContext, type VNode } from "preact";
import { Suspense } from "preact/compat";
import { useContext, useId } from "preact/hooks";
import { LateParts } from "../../src/preact/late_parts.ts";
import { renderInParts } from "../../src/preact/render_parts.tsx";
import { templatesNode, withLateParts } from "../../src/preact/suspense.tsx";
import { withinTime } from "../support/clock.ts";

/** A component that waits until `resolve()` or `reject()` is called. */
function slow(content: () => VNode) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failure: Error | null = null;
  let isReady = false;
  const settled = promise.then(() => void (isReady = true), (error: Error) => void (failure = error));
  const Slow = (): VNode => {
    if (failure !== null) throw failure;
    if (isReady) return content();
    throw settled;
  };
  return { Slow, resolve, reject };
}

interface Sent {
  /** Returns what was sent since the last call, with names in place of the random ones. */
  next(): Promise<string>;
  rest(): Promise<string>;
}

/** Renders a node as a page whose parts are late at once. */
function send(node: VNode, waitMs = 0): Sent {
  const late = new LateParts({ waitMs, onError: (error) => `<p>${error instanceof Error ? error.message : ""}</p>` });
  const pieces = renderInParts(node, withLateParts, late);
  const short = (html: string) => html.replaceAll(/[0-9a-f]{8}-[-0-9a-f]{27}-/g, "");
  return {
    next: async () => {
      const { value, done } = await withinTime(pieces.next());
      return done ? "" : short(value);
    },
    rest: async () => short((await withinTime(Array.fromAsync(pieces))).join("")),
  };
}

const Page = ({ children }: { readonly children: ComponentChildren }) => (
  <body>
    <main>{children}</main>
    <footer />
    {templatesNode()}
  </body>
);

Deno.test("a <Suspense> that waits is sent with its fallback between markers, and its content in a template before </body>", async () => {
  const { Slow, resolve } = slow(() => <b>late</b>);
  const sent = send(
    <Page>
      <Suspense fallback={<i>wait</i>}>
        <Slow />
      </Suspense>
    </Page>,
  );
  assertEquals(await sent.next(), '<body><main><?start name="1"><i>wait</i><?end></main><footer></footer>');
  resolve();
  assertEquals(await sent.next(), '<template for="1"><b>late</b></template>');
  assertEquals(await sent.rest(), "</body>");
});

Deno.test("templates are sent in the order in which their parts are ready", async () => {
  const first = slow(() => <b>1</b>), second = slow(() => <b>2</b>);
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <first.Slow />
      </Suspense>
      <Suspense fallback="b">
        <second.Slow />
      </Suspense>
    </Page>,
  );
  await sent.next();
  second.resolve();
  assertEquals(await sent.next(), '<template for="2"><b>2</b></template>');
  first.resolve();
  assertEquals(await sent.rest(), '<template for="1"><b>1</b></template></body>');
});

Deno.test("a part inside a late part is late itself, and its template follows the one that contains it", async () => {
  const inner = slow(() => <b>inner</b>);
  const outer = slow(() => (
    <p>
      outer<Suspense fallback="b">
        <inner.Slow />
      </Suspense>
    </p>
  ));
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <outer.Slow />
      </Suspense>
    </Page>,
  );
  await sent.next();
  outer.resolve();
  assertEquals(await sent.next(), '<template for="1"><p>outer<?start name="2">b<?end></p></template>');
  inner.resolve();
  assertEquals(await sent.rest(), '<template for="2"><b>inner</b></template></body>');
});

Deno.test("a part that is ready in time is sent in its place, without markers", async () => {
  const { Slow, resolve } = slow(() => <b>soon</b>);
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <Slow />
      </Suspense>
    </Page>,
    60_000,
  );
  resolve();
  assertEquals(await sent.rest(), "<body><main><b>soon</b></main><footer></footer></body>");
});

Deno.test("a <Suspense> whose content does not wait has no markers", async () => {
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <b>now</b>
      </Suspense>
    </Page>,
  );
  assertEquals(await sent.rest(), "<body><main><b>now</b></main><footer></footer></body>");
});

Deno.test("a component that waits outside every <Suspense> delays the page after it, and not the parts before it", async () => {
  const outside = slow(() => <b>outside</b>), inside = slow(() => <b>inside</b>);
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <inside.Slow />
      </Suspense>
      <outside.Slow />
    </Page>,
  );
  outside.resolve();
  const page = await sent.next();
  assertMatch(page, /^<body><main><\?start name="\d">a<\?end><b>outside<\/b><\/main><footer><\/footer>$/);
  inside.resolve();
  // Only the attempt that was sent has a template.
  assertMatch(await sent.rest(), /^<template for="\d"><b>inside<\/b><\/template><\/body>$/);
});

Deno.test("the error of a late part is shown in its place, and the others follow", async () => {
  const bad = slow(() => <b />), good = slow(() => <b>good</b>);
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <bad.Slow />
      </Suspense>
      <Suspense fallback="b">
        <good.Slow />
      </Suspense>
    </Page>,
  );
  await sent.next();
  bad.reject(new Error("broken"));
  assertEquals(await sent.next(), '<template for="1"><p>broken</p></template>');
  good.resolve();
  assertEquals(await sent.rest(), '<template for="2"><b>good</b></template></body>');
});

Deno.test("the error of a part before anything was sent is the error of the page", async () => {
  const { Slow, reject } = slow(() => <b />);
  const sent = send(
    <Page>
      <Suspense fallback="a">
        <Slow />
      </Suspense>
    </Page>,
    60_000,
  );
  reject(new Error("broken"));
  await assertRejects(() => sent.next(), Error, "broken");
});

Deno.test("late parts have the contexts around them, and their ids do not repeat", async () => {
  const Color = createContext("red");
  const Colored = () => <b id={useId()}>{useContext(Color)}</b>;
  const { Slow, resolve } = slow(() => <Colored />);
  const sent = send(
    <Page>
      <Color.Provider value="blue">
        <Suspense fallback={<Colored />}>
          <Slow />
        </Suspense>
        <Colored />
      </Color.Provider>
    </Page>,
  );
  const page = await sent.next();
  resolve();
  const html = page + await sent.rest();
  assertEquals(html.match(/blue/g)?.length, 3);
  assertEquals(new Set(html.match(/id="[^"]*"/g)).size, 3);
});

Deno.test("without a place for templates, they are sent at the end", async () => {
  const { Slow, resolve } = slow(() => <b>late</b>);
  const sent = send(
    <main>
      <Suspense fallback={null}>
        <Slow />
      </Suspense>
    </main>,
  );
  assertEquals(await sent.next(), '<main><?start name="1"><?end></main>');
  resolve();
  assertEquals(await sent.rest(), '<template for="1"><b>late</b></template>');
});

Deno.test("the names of a response cannot be guessed from another one", async () => {
  const names = new Set<string>();
  for (let count = 0; count < 2; count++) {
    const { Slow, resolve } = slow(() => <b />);
    const late = new LateParts({ waitMs: 0, onError: () => "" });
    const pieces = renderInParts(
      <main>
        <Suspense fallback="">
          <Slow />
        </Suspense>
      </main>,
      withLateParts,
      late,
    );
    const { value } = await pieces.next();
    names.add(/name="([^"]{36,})"/.exec(String(value))?.[1] ?? "none");
    resolve();
    await Array.fromAsync(pieces);
  }
  assertEquals(names.size, 2);
  assertEquals(names.has("none"), false);
});

Deno.test("a component of the application with a prop `fallback` is not a <Suspense>", async () => {
  const Mine = ({ fallback, children }: { readonly fallback: string; readonly children: ComponentChildren }) => (
    <p title={fallback}>{children}</p>
  );
  const html = await send(
    <Page>
      <Mine fallback="x">y</Mine>
    </Page>,
  ).rest();
  assertMatch(html, /<p title="x">y<\/p>/);
  assertNotMatch(html, /<\?/);
});

for (
  const [what, around, expected] of [
    ["a text area", (part: VNode) => <textarea>{part}</textarea>, "<textarea>late</textarea>"],
    ["an SVG", (part: VNode) => (
      <svg>
        <g>{part}</g>
      </svg>
    ), "<svg><g>late</g></svg>"],
    ["the title", (part: VNode) => <title>{part}</title>, "<title>late</title>"],
  ] as const
) {
  Deno.test(`a part inside ${what}, where markers have no effect, is sent in document order`, async () => {
    const { Slow, resolve } = slow(() => <>late</>);
    const sent = send(
      <Page>
        {around(
          <Suspense fallback="a">
            <Slow />
          </Suspense>,
        )}
      </Page>,
    );
    const begun = await sent.next();
    resolve();
    assertEquals(begun + await sent.rest(), `<body><main>${expected}</main><footer></footer></body>`);
  });
}
