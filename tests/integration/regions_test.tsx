import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { action, changed, createHandler, region, toast } from "@hyper/actions";
import { MOD, withFiles } from "../support/disk.ts";
import { REGION_ATTRIBUTE } from "../../src/protocol/names.ts";

/** Returns the references of the regions in HTML, in order. */
function referencesIn(html: string): string[] {
  return Array.from(html.matchAll(new RegExp(`${REGION_ATTRIBUTE}="([^"]*)"`, "g")), ([, reference = ""]) => reference);
}

interface SentCall {
  readonly path?: string;
  readonly regions?: string;
  readonly accept?: string;
  readonly headers?: Record<string, string>;
}

/** Calls an action of a page as the runtime does. */
function callOf(name: string, { path = "/", regions, accept = "text/event-stream", headers = {} }: SentCall = {}) {
  return new Request(`http://localhost${path}`, {
    method: "POST",
    headers: {
      "x-hyper-action": name,
      accept,
      ...(regions === undefined ? {} : { "x-hyper-regions": regions }),
      ...headers,
    },
  });
}

Deno.test("an action renders the 3 regions of 20 that it has changed, each once, and nothing else of the page", async () => {
  const renders: string[] = [];
  let pages = 0;
  const Cell = region("cell", { depends: ({ instance }) => `cell:${instance}` }, async ({ instance }) => {
    renders.push(String(instance));
    await Promise.resolve();
    return <p>cell {instance}</p>;
  });
  const Page = () => {
    pages++;
    return <main>{Array.from({ length: 20 }, (_, i) => <Cell key={i} instance={i} />)}</main>;
  };
  const touch = action("touch", () => [changed("cell:3", "cell:4"), changed("cell:19"), toast("Done")]);
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Cell, touch }) }],
  });
  const page = await (await handler(new Request("http://localhost/"))).text();
  const references = referencesIn(page);
  assertEquals(references.length, 20);
  assertEquals(renders.length, 20);
  renders.length = pages = 0;
  const response = await handler(callOf("touch", { regions: references.join(",") }));
  const text = await response.text();
  assertEquals([renders, pages], [["3", "4", "19"], 0]);
  assertEquals(text.match(/event: patch_html/g)?.length, 3);
  for (const i of [3, 4, 19]) {
    assertStringIncludes(
      text.replaceAll(/ data-hyper-place=\\"[^"]*"/g, ""),
      `<p ${REGION_ATTRIBUTE}=\\"${references[i]}\\">cell ${i}</p>`,
    );
  }
  assertMatch(text, /event: toast/);
  await handler.close();
});

/** An application with one page at two addresses that shows rows of a user, and an action that changes one. */
function rowsApp(options: { guard?: boolean; throws?: boolean } = {}) {
  const renders: string[] = [];
  const Row = region("row", {
    depends: ({ instance }) => ["rows", `row:${instance}`],
    ...(options.guard ? { guard: ({ request, instance }) => request.headers.get("user") === instance } : {}),
  }, ({ instance }) => {
    renders.push(String(instance));
    return <li>row {instance}</li>;
  });
  const List = region("list", { depends: "list" }, () => (
    <ul>
      <Row instance="alice" />
    </ul>
  ));
  const touch = action("touch", ({ data }) => {
    if (options.throws) throw new Error("failed");
    return changed(String(data.topic));
  });
  const steps = action("steps", async function* () {
    yield changed("row:alice");
    yield toast("Half");
    yield changed("row:alice", "list");
  });
  const Page = () => (
    <main>
      <List />
    </main>
  );
  const page = { default: Page, Row, List, touch, steps };
  const handler = createHandler({
    keys: ["k".repeat(32)],
    principal: (request) => request.headers.get("user"),
    onError: () => {},
    pages: ["/", "/other"].map((path) => ({ path, load: () => Promise.resolve(page) })),
  });
  const send = async (request: Request) => await (await handler(request)).text();
  const open = async (path = "/", user = "alice") => {
    const references = referencesIn(await send(new Request(`http://localhost${path}`, { headers: { user } })));
    renders.length = 0;
    return references;
  };
  return { handler, renders, send, open };
}

function touching(topic: string, call: SentCall): Request {
  const { path = "/", ...rest } = call;
  return callOf("touch", { ...rest, path: `${path}?topic=${topic}`, headers: { user: "alice", ...call.headers } });
}

Deno.test("a region in a region is rendered with the outer one, and alone if only it has changed", async () => {
  const { handler, renders, send, open } = rowsApp();
  const [list, row] = await open();
  const both = await send(touching("rows", { regions: `${list},>${row}` }));
  assertEquals([renders, both.match(/event: patch_html/g)?.length], [["alice"], 1]);
  assertStringIncludes(both, "<li data-hyper-region");
  const outer = await send(touching("list", { regions: `${list},>${row}` }));
  assertStringIncludes(outer, "<ul data-hyper-region");
  assertEquals([renders, outer.match(/event: patch_html/g)?.length], [["alice", "alice"], 1]);
  await handler.close();
});

Deno.test("a client of data gets the references of the regions that have changed, and no HTML", async () => {
  const { handler, renders, send, open } = rowsApp();
  const [list, row] = await open();
  const accept = "application/json";
  const answer = await send(touching("rows", { regions: `${list},>${row}`, accept }));
  assertEquals(JSON.parse(answer), { ok: true, items: [], regions: [row] });
  assertEquals(JSON.parse(await send(touching("rows", { accept }))), { ok: true, items: [], regions: [] });
  assertEquals(renders, []);
  await handler.close();
});

Deno.test("a form without scripts is redirected to its page, and renders no region in its response", async () => {
  const { handler, renders, open } = rowsApp();
  const [list, row] = await open();
  const response = await handler(touching("rows", { regions: `${list},>${row}`, accept: "text/html" }));
  assertEquals([response.status, renders], [303, []]);
  await handler.close();
});

Deno.test("a generator renders the regions that it has changed once, after it has ended", async () => {
  const { handler, renders, send, open } = rowsApp();
  const [list, row] = await open();
  const text = await send(callOf("steps", { regions: `${list},>${row}`, headers: { user: "alice" } }));
  assertEquals(renders, ["alice"]);
  assertEquals(Array.from(text.matchAll(/event: (\w+)/g), ([, name]) => name), ["toast", "patch_html", "end"]);
  await handler.close();
});

Deno.test("a repeat of a generator that has ended renders the regions that it has changed as they are now", async () => {
  let score = 0;
  const Score = region("score", { depends: "score" }, () => <p>score {score}</p>);
  const add = action("add", async function* () {
    score++;
    yield toast("Added");
    yield changed("score");
  });
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Score />, Score, add }) }],
  });
  const regions = referencesIn(await (await handler(new Request("http://localhost/"))).text()).join();
  const send = async () =>
    await (await handler(callOf("add", { regions, headers: { "x-hyper-request-id": "a".repeat(20) } }))).text();
  assertStringIncludes(await send(), "score 1");
  score = 7;
  const repeat = await send();
  assertStringIncludes(repeat, "score 7");
  assertEquals(Array.from(repeat.matchAll(/event: (\w+)/g), ([, name]) => name), ["toast", "patch_html", "end"]);
  await handler.close();
});

Deno.test("an action that throws renders no region", async () => {
  const { handler, renders, send, open } = rowsApp({ throws: true });
  const [list, row] = await open();
  await send(touching("rows", { regions: `${list},>${row}` }));
  assertEquals(renders, []);
  await handler.close();
});

Deno.test("a list of regions that is too long, or marked as too long, is answered with stale", async () => {
  const { handler, renders, send, open } = rowsApp();
  const [, row = ""] = await open();
  for (const regions of ["stale", Array(101).fill("a:").join(), `${row},${"x".repeat(4096)}`]) {
    assertMatch(await send(touching("rows", { regions })), /event: regions\ndata: \{"stale":true\}/);
  }
  assertEquals(renders, []);
  await handler.close();
});

for (
  const [what, forge] of Object.entries<(row: string) => SentCall>({
    "another instance": (row) => ({ regions: row.replace("alice", "bob") }),
    "an instance without its signature": (row) => ({ regions: row.replace(/\..*/, "") }),
    "a reference of another page": (regions) => ({ regions, path: "/other" }),
    "a reference of the user before": (regions) => ({ regions, headers: { user: "bob" } }),
    "a reference after signing out": (regions) => ({ regions, headers: { user: "" } }),
    "a name that no region has": (row) => ({ regions: row.replace("row", "constructor") }),
  })
) {
  Deno.test(`a client that lists ${what} gets no region, and its function does not run`, async () => {
    const { handler, renders, send, open } = rowsApp();
    const [, row = ""] = await open();
    assertStringIncludes(await send(touching("rows", { regions: row })), "row alice");
    renders.length = 0;
    const text = await send(touching("rows", forge(row)));
    assertEquals([renders, /patch_html/.test(text)], [[], false]);
    await handler.close();
  });
}

Deno.test("a region with a guard needs no signature, and a client that it denies gets a placeholder", async () => {
  const { handler, renders, send, open } = rowsApp({ guard: true });
  const [, row = ""] = await open();
  assertEquals(row, "row:~alice");
  assertStringIncludes(await send(touching("rows", { regions: row })), "row alice");
  renders.length = 0;
  const text = await send(touching("rows", { regions: "row:~bob" }));
  assertEquals(renders, []);
  assertStringIncludes(text, "<template data-hyper-region");
  await handler.close();
});

Deno.test("a region of a page whose guard denies the request is not rendered", async () => {
  let isDenied = false;
  let renders = 0;
  const Box = region("box", { depends: "box" }, () => {
    renders++;
    return <p>box</p>;
  });
  const touch = action("touch", () => changed("box"));
  const Page = () => <Box />;
  const render = () => isDenied ? new Response(null, { status: 403 }) : undefined;
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, render, Box, touch }) }],
  });
  const [box = ""] = referencesIn(await (await handler(new Request("http://localhost/"))).text());
  assertStringIncludes(await (await handler(callOf("touch", { regions: box }))).text(), "<p data");
  isDenied = true;
  renders = 0;
  const text = await (await handler(callOf("touch", { regions: box }))).text();
  assertEquals([renders, /patch_html/.test(text)], [0, false]);
  await handler.close();
});

Deno.test("a region that no file exports is an error that names it", async () => {
  const errors: string[] = [];
  const Box = region("box", { depends: "box" }, () => <p>box</p>);
  const handler = createHandler({
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Box /> }) }],
    onError: (error) => void errors.push(String(error)),
  });
  assertEquals((await handler(new Request("http://localhost/"))).status, 500);
  assertMatch(errors.join(), /Cannot render region "box": no file of the application exports it/);
  await handler.close();
});

Deno.test("a region renders one element: null leaves a placeholder, anything else is an error that names the file", async () => {
  const errors: string[] = [];
  const None = region("none", { depends: "x" }, () => null);
  const Two = region("two", { depends: "x" }, () => (
    <>
      <p>1</p>
      <p>2</p>
    </>
  ));
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [
      { path: "/", load: () => Promise.resolve({ default: () => <None />, None }) },
      { path: "/two", load: () => Promise.resolve({ default: () => <Two />, Two }) },
    ],
    onError: (error) => void errors.push(String(error)),
  });
  assertStringIncludes(await (await handler(new Request("http://localhost/"))).text(), "<template data-hyper-region");
  assertEquals((await handler(new Request("http://localhost/two"))).status, 500);
  assertMatch(errors.join(), /Cannot render region "two" of ".+": it is not one element/);
  await handler.close();
});

Deno.test("a region that fails is reported; the action has succeeded, and the other regions are in its response", async () => {
  const errors: string[] = [];
  let isBroken = false;
  const Good = region("good", { depends: "all" }, () => <p>good</p>);
  const Bad = region("bad", { depends: "all" }, () => {
    if (isBroken) throw new Error("broken");
    return <p>bad</p>;
  });
  const touch = action("touch", () => [changed("all"), toast("Done")]);
  const Page = () => (
    <main>
      <Bad />
      <Good />
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Good, Bad, touch }) }],
    onError: (error) => void errors.push(String(error)),
  });
  const references = referencesIn(await (await handler(new Request("http://localhost/"))).text());
  isBroken = true;
  const text = await (await handler(callOf("touch", { regions: references.join(",") }))).text();
  assertEquals(Array.from(text.matchAll(/event: (\w+)/g), ([, name]) => name), ["patch_html", "toast", "end"]);
  assertStringIncludes(text, "good");
  assertEquals(errors, ["Error: broken"]);
  await handler.close();
});

Deno.test("a region is found in a layout and in a component, and renders for the page of the call", async () => {
  await withFiles({
    "pages/layout.tsx": `import { region } from "${MOD}";
export const Count = region("count", { depends: "count" }, ({ url }) => <b>count on {url.pathname}</b>);
export default ({ children }) => <main><Count />{children}</main>;`,
    "pages/_components/box/component.tsx": `import { action, changed, region } from "${MOD}";
export const Box = region("box", { depends: "box" }, ({ params }) => <p>box {params.id}</p>);
export const touch = action("touch", () => [changed("count", "box")]);`,
    "pages/items/[id]/page.tsx": `import { Box } from "../../_components/box/component.tsx";
export default () => <Box />;`,
  }, async (dir) => {
    const handler = createHandler({ baseDir: dir, keys: ["k".repeat(32)] });
    const page = await (await handler(new Request("http://localhost/items/7"))).text();
    const references = referencesIn(page);
    assertEquals(references.length, 2);
    const text = await (await handler(callOf("touch", { path: "/items/7", regions: references.join(",") }))).text();
    assertMatch(text, /count on \/items\/7/);
    assertMatch(text, /box 7/);
    assertEquals(text.match(/event: patch_html/g)?.length, 2);
    // The references are those of this page: on another one they are not valid.
    const other = await (await handler(callOf("touch", { path: "/items/8", regions: references.join(",") }))).text();
    assertEquals(other.match(/event: patch_html/g), null);
    await handler.close();
  });
});

Deno.test("region() marks its root with every, and rejects a time that is not seconds from 1", async () => {
  const Clock = region("clock", { depends: [], every: 30 }, () => <time>now</time>);
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Clock />, Clock }) }],
  });
  const page = await (await handler(new Request("http://localhost/"))).text();
  assertMatch(page, /<time [^>]*data-hyper-every="30"/);
  await handler.close();
  for (const every of [0, 0.5, -1, NaN, Infinity]) {
    assertThrows(
      () => region("clock", { depends: [], every }, () => <p>now</p>),
      TypeError,
      `every is ${every}; use seconds`,
    );
  }
});

for (
  const [when, render] of [
    ["throws", () => {
      throw new Error("boom");
    }],
    ["rejects", () => Promise.reject(new Error("boom"))],
  ] as const
) {
  Deno.test(`a region that ${when} shows its own error, in the page and in a response, and the rest stays`, async () => {
    const errors: unknown[] = [];
    let isBroken = true;
    const Weather = region("weather", { depends: "weather", error: () => <p role="alert">No forecast</p> }, () => (
      isBroken ? render() : <p>Sun</p>
    ));
    const Other = region("other", { depends: "weather" }, () => <p>Other</p>);
    const touch = action("touch", () => changed("weather"));
    const Page = () => (
      <main>
        <h1>Today</h1>
        <Weather />
        <Other />
      </main>
    );
    const handler = createHandler({
      keys: ["k".repeat(32)],
      onError: (error) => void errors.push(error),
      pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Weather, Other, touch }) }],
    });
    const response = await handler(new Request("http://localhost/"));
    const page = await response.text();
    assertEquals([response.status, errors.length], [200, 1]);
    assertMatch(page, /<h1>Today<\/h1><p data-hyper-region="[^"]+"[^>]* role="alert">No forecast<\/p>/);
    const regions = referencesIn(page).join(",");
    const failed = await (await handler(callOf("touch", { regions }))).text();
    assertEquals([failed.match(/event: patch_html/g)?.length, errors.length], [2, 2]);
    assertStringIncludes(failed, ">No forecast</p>");
    isBroken = false;
    assertStringIncludes(await (await handler(callOf("touch", { regions }))).text(), ">Sun</p>");
    await handler.close();
  });
}
