/** Regions that are rendered at the same time: bounded, and shared fairly among users. */
import { assertEquals } from "@std/assert";
import { createHandler, type Handler, region } from "@hyper/actions";
import { askFor, openPage, RegionStream } from "../support/region_stream.ts";

/** Rows that are rendered when the test lets them, once the page is open. */
function slowRows(count: number) {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  let isSlow = false;
  const running = new Set<string>();
  let peak = 0;
  const started: string[] = [];
  let onStart = (): void => {};
  const run = async (user: string): Promise<void> => {
    if (!isSlow) return;
    const name = `${user} ${started.length}`;
    started.push(user);
    running.add(name);
    peak = Math.max(peak, running.size);
    onStart();
    await opened;
    running.delete(name);
  };
  const Row = region("row", {
    depends: async ({ request }) => {
      await run(`${request.headers.get("user")} watching`);
      return "rows";
    },
  }, async ({ request, instance }) => {
    await run(`${request.headers.get("user")}`);
    return <li>{instance}</li>;
  });
  const Page = () => <ul>{Array.from({ length: count }, (_, index) => <Row key={index} instance={`${index}`} />)}</ul>;
  const handler: Handler = createHandler({
    keys: ["k".repeat(32)],
    principal: (request) => request.headers.get("user"),
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Row }) }],
  });
  return {
    handler,
    started,
    open,
    get peak() {
      return peak;
    },
    slow: () => isSlow = true,
    async untilStarted(count: number) {
      const { promise, resolve } = Promise.withResolvers<void>();
      onStart = () => started.length >= count && resolve();
      onStart();
      await promise;
    },
  };
}

Deno.test("at most 64 regions are rendered at the same time, and a user with hundreds leaves room for the others", async () => {
  const rows = slowRows(300);
  const { handler, started } = rows;
  const headers = [{ user: "ada" }, { user: "bob" }] as const;
  const pages = await Promise.all(headers.map((each) => openPage(handler, "/", each)));
  rows.slow();
  const ask = (index: 0 | 1, count: number) =>
    askFor(handler, (pages[index] ?? []).slice(0, count).map(([reference]) => reference), "/", headers[index]);
  const ada = ask(0, 300);
  await rows.untilStarted(42);
  const bob = ask(1, 10);
  await rows.untilStarted(52);
  assertEquals(started.filter((user) => user === "ada").length, 42);
  assertEquals(started.filter((user) => user === "bob").length, 10);
  rows.open();
  const texts = await Promise.all([ada, bob].map(async (response) => await (await response).text()));
  assertEquals(texts.map((text) => text.match(/event: patch_html/g)?.length), [300, 10]);
  assertEquals(rows.peak <= 64, true);
  await handler.close();
});

Deno.test("the topics of at most 64 regions are asked for at the same time", async () => {
  const rows = slowRows(300);
  const { handler } = rows;
  const regions = await openPage(handler);
  rows.slow();
  const stream = await RegionStream.watch(handler, [{ at: "/", regions }]);
  const ready = stream.ready();
  await rows.untilStarted(42);
  rows.open();
  await ready;
  assertEquals(rows.started.length, 300);
  assertEquals(rows.peak, 42);
  await stream[Symbol.asyncDispose]();
  await handler.close();
});
