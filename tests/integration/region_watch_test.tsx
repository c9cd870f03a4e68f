import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { action, changed, createHandler, createMemoryBus, type HandlerOptions, region } from "@hyper/actions";
import { askFor, openPage, RegionStream } from "../support/region_stream.ts";
import { stopTime } from "../support/clock.ts";

/** Rows that depend on a topic each, on pages that a user opens. */
function rowsApp(options: HandlerOptions = {}) {
  const renders: string[] = [];
  const Row = region("row", { depends: ({ instance }) => `row:${instance}` }, ({ instance }) => {
    renders.push(String(instance));
    return <li>row {instance}</li>;
  });
  const Own = region("own", {
    depends: "own",
    guard: ({ request, instance }) => request.headers.get("user") === instance,
  }, () => <p>own</p>);
  const touch = action("touch", ({ data }) => changed(String(data.topic)));
  const steps = action("steps", async function* ({ data }) {
    yield changed("row:a");
    if (data.fails === "yes") throw new Error("failed");
  });
  const Page = () => (
    <ul>
      <Row instance="a" />
      <Row instance="b" />
      <Own instance="alice" />
    </ul>
  );
  const page = { default: Page, Row, Own, touch, steps };
  const render = ({ request }: { readonly request: Request }) =>
    request.headers.has("banned")
      ? new Response(null, { status: 403 })
      : request.headers.has("left")
      ? new Response(null, { status: 303, headers: { location: "/sign-in?next=%2Falice" } })
      : undefined;
  const handler = createHandler({
    keys: ["k".repeat(32)],
    principal: (request) => request.headers.get("user"),
    onError: () => {},
    pages: [
      { path: "/", load: () => Promise.resolve(page) },
      { path: "/other", load: () => Promise.resolve(page) },
      { path: "/alice", load: () => Promise.resolve({ ...page, render }) },
    ],
    ...options,
  });
  return { handler, renders };
}

function touch(topic: string, { id = "", user = "alice" } = {}): Request {
  return new Request(`http://localhost/?topic=${topic}`, {
    method: "POST",
    headers: {
      "x-hyper-action": "touch",
      accept: "text/event-stream",
      user,
      ...(id === "" ? {} : { "x-hyper-request-id": id }),
    },
  });
}

Deno.test("a stream names the regions of each page that a change concerns, with the echo of its call, and no topic", async () => {
  const { handler, renders } = rowsApp();
  const regions = await openPage(handler);
  const other = await openPage(handler, "/other");
  renders.length = 0;
  {
    await using browser = await RegionStream.watch(handler, [{ at: "/", regions }, {
      at: "/other",
      regions: other.slice(1),
    }]);
    await browser.ready();
    const id = "0.1234567890-1-2-3-4-5-6-7-8-9-0";
    await (await handler(touch("row:b", { id }))).text();
    const received = [await browser.next(), await browser.next()];
    assertEquals(received.map((each) => each?.at).toSorted(), ["/", "/other"]);
    assertEquals(received.flatMap((each) => each?.dirty ?? []).toSorted(), [regions[1]![0], other[1]![0]].toSorted());
    assertEquals(received.every((each) => each?.echo !== undefined && id.startsWith(each.echo)), true);
    await handler.changed("row:a");
    assertEquals(await browser.next(), { at: "/", dirty: [regions[0]![0]] });
  }
  assertEquals(renders, []);
  await handler.close();
});

Deno.test("a stream names what has changed between the render of a page and its start, and after an earlier place", async () => {
  const { handler } = rowsApp();
  const regions = await openPage(handler);
  await handler.changed("row:a");
  {
    await using browser = await RegionStream.watch(handler, [{ at: "/", regions }]);
    assertEquals(await browser.next(), { at: "/", dirty: [regions[0]![0]] });
    await browser.ready();
    const { place } = browser;
    await handler.changed("row:b");
    await using second = await RegionStream.watch(handler, [{
      at: "/",
      regions: regions.map(([each]) => [each, place]),
    }]);
    assertEquals(await second.next(), { at: "/", dirty: [regions[1]![0]] });
  }
  await handler.close();
});

Deno.test("a stream names every region whose place is not known", async () => {
  const { handler } = rowsApp();
  const regions = await openPage(handler);
  {
    await using browser = await RegionStream.watch(handler, [{
      at: "/",
      regions: regions.map(([each]) => [each, "x.1"]),
    }]);
    assertEquals((await browser.next())?.dirty.toSorted(), regions.map(([each]) => each).toSorted());
  }
  await handler.close();
});

Deno.test("a change reaches the streams of another instance that shares the bus and the keys", async () => {
  const bus = createMemoryBus();
  const [one, two] = [rowsApp({ bus }), rowsApp({ bus })];
  const regions = await openPage(one.handler);
  {
    await using browser = await RegionStream.watch(two.handler, [{ at: "/", regions }]);
    await browser.ready();
    await (await one.handler(touch("row:a"))).text();
    assertEquals(await browser.next(), { at: "/", dirty: [regions[0]![0]] });
  }
  await one.handler.close();
  await two.handler.close();
});

for (
  const [what, watched, user] of [
    ["another user's region", (regions) => ({ at: "/", regions }), "bob"],
    ["a region of another page", (regions) => ({ at: "/other", regions: regions.slice(0, 2) }), "alice"],
    ["a region of a page whose guard denies it", (regions) => ({ at: "/alice", regions }), "banned"],
    ["an instance that was not rendered", (regions) => ({
      at: "/",
      regions: regions.slice(0, 1).map(([each]) => [each.replace("~a", "~b"), ""]),
    }), "alice"],
  ] as readonly [
    string,
    (regions: readonly (readonly [string, string])[]) => { at: string; regions: readonly unknown[] },
    string,
  ][]
) {
  Deno.test(`a stream names once, to be asked for again, ${what}, and nothing about its changes`, async () => {
    const { handler } = rowsApp();
    const { at, regions } = watched(await openPage(handler, what.includes("guard") ? "/alice" : "/"));
    await using browser = await RegionStream.watch(
      handler,
      [{ at, regions }],
      user === "banned" ? { user: "alice", banned: "yes" } : { user },
    );
    assertEquals((await browser.next())?.dirty.length, regions.length);
    await handler.changed("row:a", "row:b", "own");
    await handler.close();
    assertEquals(await browser.next(), null);
  });
}

Deno.test("malformed input of a stream is ignored", async () => {
  const { handler } = rowsApp();
  for (
    const pages of [null, 7, "x", [null], [{ at: "/" }], [{ at: 1, regions: [] }], [{
      at: "//x",
      regions: [["a:", ""]],
    }], [{
      at: "/",
      regions: [null, [], [1], ["__proto__:", {}]],
    }]]
  ) {
    await using browser = await RegionStream.watch(handler, pages as never);
    assertEquals(browser.place, "");
  }
  await handler.close();
});

Deno.test("a request for regions renders them, and nothing else of the page", async () => {
  const { handler, renders } = rowsApp();
  const regions = await openPage(handler);
  renders.length = 0;
  const response = await askFor(handler, [regions[1]![0]]);
  assertMatch(response.headers.get("cache-control") ?? "", /no-store/);
  assertStringIncludes(await response.text(), "row b");
  assertEquals(renders, ["b"]);
  // Signed for another user: the page of this one is rendered, with references of its own.
  const body = await (await askFor(handler, [regions[1]![0]], "/", { user: "bob" })).text();
  assertStringIncludes(body, "<body");
  assertEquals(body.includes(regions[1]![0]), false);
  await handler.close();
});

Deno.test("a generator publishes its changes when it has ended, and not if it throws", async () => {
  const { handler } = rowsApp();
  const regions = await openPage(handler);
  {
    await using browser = await RegionStream.watch(handler, [{ at: "/", regions }]);
    await browser.ready();
    const steps = (fails: string) =>
      handler(
        new Request(`http://localhost/?fails=${fails}`, {
          method: "POST",
          headers: { "x-hyper-action": "steps", accept: "text/event-stream" },
        }),
      );
    await (await steps("yes")).text();
    await handler.changed("row:b");
    assertEquals((await browser.next())?.dirty, [regions[1]![0]]);
    await (await steps("no")).text();
    assertEquals((await browser.next())?.dirty, [regions[0]![0]]);
  }
  await handler.close();
});

Deno.test("a stream asks for its user when it begins and once a minute, not at each change", async () => {
  using clock = stopTime();
  let asked = 0;
  const { handler } = rowsApp({
    principal(request) {
      asked++;
      return request.headers.get("user");
    },
  });
  const regions = await openPage(handler);
  await using browser = await RegionStream.watch(handler, [{ at: "/", regions }]);
  await browser.ready();
  const before = asked;
  for (const topic of ["row:a", "row:b"]) {
    await handler.changed(topic);
    await clock.tick(1_000);
    assertEquals((await browser.next())?.dirty?.length, 1);
  }
  assertEquals(asked, before);
  await clock.tick(60_000);
  assertEquals(asked, before + 1);
  await handler.close();
});

Deno.test("a stream of a user who has signed out names the regions once, and is silent afterwards", async () => {
  using clock = stopTime();
  let isSignedOut = false;
  const { handler } = rowsApp({ principal: (request) => isSignedOut ? null : request.headers.get("user") });
  const regions = (await openPage(handler)).slice(0, 2);
  await using browser = await RegionStream.watch(handler, [{ at: "/", regions }]);
  await browser.ready();
  isSignedOut = true;
  await clock.tick(60_000);
  assertEquals((await browser.next())?.dirty, regions.map(([each]) => each));
  await handler.changed("row:a", "row:b");
  await handler.close();
  assertEquals(await browser.next(), null);
});

for (
  const [header, status, signIn] of [
    // A redirect of the page as an answer would replace the page, which the user has not asked for.
    ["left", 401, "/sign-in?next=%2Falice"],
    ["banned", 403, null],
  ] as const
) {
  Deno.test(`regions are requested from a page whose guard denies them (${header}): ${status}, and nothing is rendered`, async () => {
    const { handler, renders } = rowsApp();
    const [region = ["", ""]] = await openPage(handler, "/alice");
    renders.length = 0;
    const response = await handler(
      new Request("http://localhost/alice", {
        method: "POST",
        headers: {
          "x-hyper-action": "hyper:regions",
          accept: "text/event-stream",
          "content-type": "application/json",
          user: "alice",
          [header]: "yes",
        },
        body: JSON.stringify({ regions: region[0] }),
      }),
    );
    assertEquals([response.status, response.headers.get("x-hyper-sign-in")], [status, signIn]);
    assertEquals([(await response.text()).includes("patch_html"), renders], [false, []]);
    await handler.close();
  });
}

Deno.test("a region that two tabs have changed at the same time is named without an echo, so that both ask for it", async () => {
  const Pair = region("pair", { depends: ["left", "right"] }, () => <p>pair</p>);
  const touching = action("touch", ({ data }) => changed(String(data.topic)));
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Pair />, Pair, touching }) }],
  });
  const regions = await openPage(handler);
  {
    using clock = stopTime();
    await using browser = await RegionStream.watch(handler, [{ at: "/", regions }]);
    await browser.ready();
    const changeBoth = async (tabs: readonly string[]) => {
      // The changes after it are collected for half a second.
      await handler.changed("left");
      await clock.tick(10);
      assertEquals(await browser.next(), { at: "/", dirty: [regions[0]![0]] });
      for (const [index, tab] of tabs.entries()) {
        const topic = index === 0 ? "left" : "right";
        await (await handler(touch(topic, { id: tab.padEnd(16, "0") + crypto.randomUUID() }))).text();
      }
      await clock.tick(1_000);
      const { dirty, echo } = await browser.next() ?? {};
      await clock.tick(1_000);
      return [dirty, echo === undefined];
    };
    assertEquals(await changeBoth(["0.1", "0.1"]), [[regions[0]![0]], false]);
    assertEquals(await changeBoth(["0.1", "0.2"]), [[regions[0]![0]], true]);
  }
  await handler.close();
});

Deno.test("a stream watches at most 2,000 regions", async () => {
  const { handler } = rowsApp();
  {
    const unknown = Array.from({ length: 2_001 }, (_, index): readonly [string, string] => [`row:${index}`, ""]);
    await using browser = await RegionStream.watch(handler, [{ at: "/", regions: unknown }]);
    // All that it watches, because none has a signature.
    assertEquals((await browser.next())?.dirty, unknown.slice(0, 2_000).map(([reference]) => reference));
  }
  await handler.close();
});
