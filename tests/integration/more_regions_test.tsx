/** Regions that are loaded page by page: links, appended pages, and what a change renders. */
import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { action, changed, createHandler, refresh, region } from "@hyper/actions";

/** An application with a list of numbers from 1, two on each page. */
function listApp(last = 5) {
  const numbers = Array.from({ length: last }, (_, index) => index + 1);
  const renders: (string | null)[] = [];
  const List = region("list", { depends: "list", append: true }, async ({ cursor, more }) => {
    renders.push(cursor);
    await Promise.resolve();
    const rest = numbers.filter((number) => number > Number(cursor));
    const next = rest[1];
    return (
      <ul>
        {rest.slice(0, 2).map((number) => <li key={number}>n{number}</li>)}
        {next !== undefined && rest.length > 2 && (
          <li>
            <a {...more(next)}>More</a>
          </li>
        )}
      </ul>
    );
  });
  const touch = action("touch", () => changed("list"));
  const all = action("all", () => refresh());
  const Page = () => (
    <main>
      <List />
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/[...rest]", load: () => Promise.resolve({ default: Page, List, touch, all }) }],
    onError: () => {},
  });
  const page = async (path = "/a", headers: Record<string, string> = {}) => {
    const html = await (await handler(new Request(`http://localhost${path}`, { headers }))).text();
    renders.length = 0;
    return { html, reference: /data-hyper-region="([^"]*)"/.exec(html)?.[1] ?? "" };
  };
  const call = async (name: string, data: object, regions: string, path = "/a") => {
    renders.length = 0;
    const response = await handler(
      new Request(`http://localhost${path}`, {
        method: "POST",
        headers: {
          "x-hyper-action": name,
          accept: "text/event-stream",
          "content-type": "application/json",
          "x-hyper-regions": regions,
        },
        body: JSON.stringify(data),
      }),
    );
    const text = await response.text();
    const contents = Array.from(text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g), ([, json = ""]) => JSON.parse(json));
    return { response, text, content: contents.join("") };
  };
  const more = (reference: string, cursor: unknown) => call("hyper:more", { regions: reference, cursor }, reference);
  return { handler, numbers, renders, page, call, more };
}

/** Returns the numbers in HTML, and whether it links to more. */
function shown(html: string): readonly [string, boolean] {
  return [Array.from(html.matchAll(/>n(\d+)</g), ([, number]) => number).join(), html.includes("data-hyper-more")];
}

Deno.test("more() links to the page that begins at the cursor, and keeps its query", async () => {
  const { handler, page } = listApp();
  const { html } = await page("/a?q=x");
  assertEquals(shown(html), ["1,2", true]);
  assertStringIncludes(html, '<a href="/a?q=x&amp;list=2" rel="next" data-hyper-more="2">');
  assertEquals(shown((await page("/a?q=x&list=2")).html), ["3,4", true]);
  assertEquals(shown((await page("/a?list=4")).html), ["5", false]);
  assertEquals(shown((await page(`/a?list=${"1".repeat(201)}`)).html), ["1,2", true]);
  await handler.close();
});

Deno.test("the runtime gets the next page in place of the link, and nothing else is rendered", async () => {
  const { handler, page, more, renders } = listApp();
  const { reference } = await page();
  const { content, text } = await more(reference, "2");
  assertEquals(shown(content), ["3,4", true]);
  assertFalse(content.includes("<ul"));
  assertMatch(text, /"swap":"outer"/);
  assertEquals(renders, ["2"]);
  assertEquals(shown((await more(reference, "4")).content), ["5", false]);
  await handler.close();
});

Deno.test("a change renders the loaded pages again, without a gap after an insertion, and one link at the end", async () => {
  const { handler, page, call, numbers, renders } = listApp(9);
  const { reference } = await page();
  const before = await call("touch", {}, `${reference};3`);
  assertEquals(shown(before.content), ["1,2,3,4,5,6", true]);
  assertStringIncludes(before.content, 'data-hyper-pages="3"');
  assertEquals(before.content.match(/data-hyper-more/g)?.length, 1);
  numbers.splice(1, 0, 1.5);
  const after = await call("hyper:regions", { regions: `${reference};3` }, `${reference};3`);
  assertStringIncludes(after.content, "n1</li><li>n1.5</li><li>n2</li><li>n3</li><li>n4</li><li>n5</li><li><a");
  assertEquals(renders, [null, "1.5", "3"]);
  await handler.close();
});

Deno.test("a refresh keeps the loaded pages, and a list that has become shorter has fewer", async () => {
  const { handler, page, call, numbers } = listApp(9);
  const { reference } = await page();
  assertEquals(shown((await call("all", {}, `${reference};2`)).content), ["1,2,3,4", true]);
  numbers.length = 3;
  const short = await call("touch", {}, `${reference};4`);
  assertEquals(shown(short.content), ["1,2,3", false]);
  assertStringIncludes(short.content, 'data-hyper-pages="2"');
  await handler.close();
});

Deno.test("more than 20 pages begin again with the first in any request", async () => {
  const { handler, page, call, renders } = listApp(99);
  const { reference } = await page();
  await call("touch", {}, `${reference};20`);
  assertEquals(renders.length, 20);
  for (const count of ["21", "9999", "-1", "2.5", "0x9"]) {
    await call("touch", {}, `${reference};${count}`);
    assertEquals(renders.length <= 1, true, count);
  }
  // The page itself may be cached: it does not depend on the header.
  const { html } = await page("/a", { "x-hyper-regions": `${reference};3` });
  assertEquals(shown(html), ["1,2", true]);
  await handler.close();
});

Deno.test("the next page of a region that does not append, or without a cursor, is denied before anything is rendered", async () => {
  const { handler, page, more, renders } = listApp();
  const { reference } = await page();
  for (const cursor of ["", 5, null, "x".repeat(201), { a: 1 }]) {
    assertEquals((await more(reference, cursor)).response.status, 400);
    assertEquals(renders, []);
  }
  const Plain = region("plain", { depends: "plain" }, () => <p>Plain</p>);
  const other = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Plain />, Plain }) }],
  });
  const html = await (await other(new Request("http://localhost/"))).text();
  const [, plain = ""] = /data-hyper-region="([^"]*)"/.exec(html) ?? [];
  const response = await other(
    new Request(`http://localhost/?cursor=1&regions=${encodeURIComponent(plain)}`, {
      method: "POST",
      headers: { "x-hyper-action": "hyper:more", accept: "text/event-stream" },
    }),
  );
  assertEquals(response.status, 400);
  await handler.close();
  await other.close();
});

Deno.test("a reference of another page does not get more of this one", async () => {
  const { handler, page, call } = listApp();
  const { reference } = await page("/other");
  const { content } = await call("hyper:more", { regions: reference, cursor: "2" }, reference);
  // The page with new references instead.
  assertStringIncludes(content, "<body>");
  assertEquals(shown(content), ["1,2", true]);
  await handler.close();
});

Deno.test("more() throws outside of a region that appends, and for a cursor that is empty", async () => {
  const errors: string[] = [];
  const make = (append: boolean, cursor: string) =>
    region("box", { depends: "box", append }, ({ more }) => <p {...more(cursor)} />);
  for (const [append, cursor] of [[false, "2"], [true, ""]] as const) {
    const Box = make(append, cursor);
    const handler = createHandler({
      keys: ["k".repeat(32)],
      pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Box />, Box }) }],
      onError: (error) => void errors.push(String(error)),
    });
    assertEquals((await handler(new Request("http://localhost/"))).status, 500);
    await handler.close();
  }
  assertMatch(errors[0] ?? "", /set append to true/);
  assertMatch(errors[1] ?? "", /its cursor has 0 characters/);
});

Deno.test("no response with regions may be kept by a cache", async () => {
  const { handler, page, call, more } = listApp();
  const { reference } = await page();
  const regions = await call("hyper:regions", { regions: reference }, reference);
  const changes = await call("touch", {}, reference);
  const next = await more(reference, "2");
  for (const { response, content } of [regions, changes, next]) {
    assertMatch(content, /<li>/);
    assertEquals(response.headers.get("cache-control"), "no-store");
  }
  await handler.close();
});
