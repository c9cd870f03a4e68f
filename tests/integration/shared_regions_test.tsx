/** Regions that are rendered once for everyone: how often, for whom, and what they cannot read. */
import { assertEquals, assertFalse, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import {
  action,
  type Bus,
  changed,
  createHandler,
  createMemoryBus,
  DContext,
  dependency,
  Depends,
  DQuery,
  DUrl,
  Form,
  type HandlerOptions,
  region,
} from "@hyper/actions";
import type { RegionOptions, RegionRenderContext } from "@hyper/actions";
import { untilTrue } from "../support/clock.ts";

const KEYS = ["k".repeat(32)];

/** A handler with a page that shows the shared score of two games. */
function scoresApp(options: HandlerOptions = {}, region_: Partial<RegionOptions> = {}) {
  const scores: Record<string, number> = { a: 0, b: 0 };
  const renders: string[] = [];
  let wait: Promise<void> | null = null;
  const Score = region(
    "score",
    { depends: ({ instance }) => `score:${instance}`, shared: true, ...region_ },
    async ({ instance }) => {
      const score = scores[String(instance)];
      renders.push(`${instance}${score}`);
      await wait;
      return <p>{`${instance} has ${score}`}</p>;
    },
  );
  const add = action("add", () => {
    scores.a = (scores.a ?? 0) + 1;
    return changed("score:a");
  });
  const steps = action("steps", async function* () {
    scores.a = (scores.a ?? 0) + 1;
    yield changed("score:a");
    await Promise.resolve();
    scores.a++;
  });
  const Page = () => (
    <main>
      <Score instance="a" />
      <Score instance="b" />
    </main>
  );
  const handler = createHandler({
    keys: KEYS,
    principal: (request) => request.headers.get("user"),
    onError: () => {},
    ...options,
    pages: ["/", "/other"].map((path) => ({ path, load: () => Promise.resolve({ default: Page, Score, add, steps }) })),
  });
  const open = async (user = "alice", path = "/") => {
    const response = await handler(
      new Request(`http://localhost${path}`, { headers: { user, cookie: `name=${user}` } }),
    );
    return await response.text();
  };
  const call = async (name: string, regions: string) => {
    const headers = { "x-hyper-action": name, accept: "text/event-stream", "x-hyper-regions": regions, user: "alice" };
    return await (await handler(new Request("http://localhost/", { method: "POST", headers }))).text();
  };
  return { handler, scores, renders, open, call, hold: (until: Promise<void>) => wait = until };
}

/** Returns the references of the regions of a page. */
function references(html: string): string[] {
  return Array.from(html.matchAll(/data-hyper-region="([^"]*)"/g), ([, reference = ""]) => reference);
}

Deno.test("a shared region is rendered once for all users and pages, and once more after a change", async () => {
  const { handler, scores, renders, open } = scoresApp();
  const [alice, bob] = [await open(), await open("bob", "/other")];
  assertEquals(renders, ["a0", "b0"]);
  // The references are of a user and a page, the content is not.
  assertEquals(new Set([...references(alice), ...references(bob)]).size, 4);
  scores.a = 7;
  await open();
  assertEquals(renders, ["a0", "b0"]);
  await handler.changed("score:a");
  assertStringIncludes(await open(), "a has 7");
  assertStringIncludes(await open("bob"), "a has 7");
  assertEquals(renders, ["a0", "b0", "a7"]);
  await handler.close();
});

Deno.test("requests at the same time share a render of a shared region, and one that begins before a change is not kept", async () => {
  const { handler, scores, renders, open, hold } = scoresApp();
  const { promise, resolve } = Promise.withResolvers<void>();
  hold(promise);
  const [first, second] = [open(), open("bob")];
  // Until both have begun.
  await untilTrue(() => renders.length >= 2);
  scores.a = 1;
  await handler.changed("score:a");
  const third = open("carol");
  await untilTrue(() => renders.length >= 3);
  resolve();
  assertStringIncludes(await first, "a has 0");
  await second;
  assertStringIncludes(await third, "a has 1");
  await open();
  assertEquals(renders, ["a0", "b0", "a1"]);
  await handler.close();
});

Deno.test("the response of an action has its own change of a shared region, which is rendered once", async () => {
  const { handler, renders, open, call } = scoresApp();
  const [a = ""] = references(await open());
  renders.length = 0;
  assertStringIncludes(await call("add", a), "a has 1");
  assertStringIncludes(await open("bob"), "a has 1");
  assertEquals(renders, ["a1"]);
  assertStringIncludes(await call("steps", a), "a has 3");
  assertStringIncludes(await open("bob"), "a has 3");
  await handler.close();
});

Deno.test("a change on another instance of the application reaches a shared region", async () => {
  const bus = createMemoryBus();
  const [one, two] = [scoresApp({ bus }), scoresApp({ bus })];
  await one.open();
  await two.open();
  one.scores.a = two.scores.a = 5;
  await one.handler.changed("score:a");
  assertStringIncludes(await one.open(), "a has 5");
  await untilTrue(async () => (await two.open()).includes("a has 5"));
  assertEquals([one.renders, two.renders], [["a0", "b0", "a5"], ["a0", "b0", "a5"]]);
  await one.handler.close();
  await two.handler.close();
});

/** A bus whose messages wait until they are released, or are lost. */
function slowBus() {
  const bus = createMemoryBus();
  const waiting: (() => void)[] = [];
  const gaps: (() => void)[] = [];
  const slow: Bus = {
    publish: (topic, message) => bus.publish(topic, message),
    subscribe: (topic, listener, { onGap = () => {} } = {}) => {
      gaps.push(onGap);
      return bus.subscribe(topic, (message) => void waiting.push(() => listener(message)));
    },
  };
  return {
    bus: slow,
    release: () => waiting.splice(0).forEach((deliver) => deliver()),
    lose: () => {
      waiting.length = 0;
      gaps.forEach((onGap) => onGap());
    },
  };
}

Deno.test("a shared region is not rendered again when an instance receives its own change", async () => {
  const { bus, release } = slowBus();
  const { handler, renders, open, call } = scoresApp({ bus });
  const [a = ""] = references(await open());
  renders.length = 0;
  assertStringIncludes(await call("add", a), "a has 1");
  release();
  assertStringIncludes(await open("bob"), "a has 1");
  assertEquals(renders, ["a1"]);
  await handler.close();
});

Deno.test("a shared region is rendered again after a gap of the bus", async () => {
  const { bus, lose } = slowBus();
  const [one, two] = [scoresApp({ bus }), scoresApp({ bus })];
  await two.open();
  two.scores.a = 6;
  await one.handler.changed("score:a");
  assertStringIncludes(await two.open(), "a has 0");
  lose();
  assertStringIncludes(await two.open(), "a has 6");
  await one.handler.close();
  await two.handler.close();
});

Deno.test("changed() with again renders a shared region once more after that time", async () => {
  const { handler, scores, open } = scoresApp();
  await handler.changed("score:a", { again: 0.05 });
  // From a replica that is late.
  assertStringIncludes(await open(), "a has 0");
  scores.a = 8;
  await untilTrue(async () => (await open()).includes("a has 8"));
  await handler.close();
});

Deno.test("the guard of a shared region is asked for each request", async () => {
  const guard = ({ request }: { request: Request }) => request.headers.get("user") === "alice";
  const { handler, renders, open } = scoresApp({}, { guard });
  assertStringIncludes(await open(), "a has 0");
  assertFalse((await open("bob")).includes("has"));
  assertEquals(renders, ["a0", "b0"]);
  await handler.close();
});

Deno.test("a shared region that throws is rendered again by the next request", async () => {
  let isBroken = true;
  const Box = region("box", { depends: "box", shared: true, error: () => <p>Broken</p> }, () => {
    if (isBroken) throw new Error("broken");
    return <p>Well</p>;
  });
  const handler = createHandler({
    keys: KEYS,
    onError: () => {},
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Box />, Box }) }],
  });
  const open = async () => await (await handler(new Request("http://localhost/"))).text();
  assertStringIncludes(await open(), "Broken");
  isBroken = false;
  assertStringIncludes(await open(), "Well");
  await handler.close();
});

const session = dependency("session", ({ cookies }) => cookies.get("name"));
const user = dependency("user", async ({ deps }) => await deps.get(session));
const save = action("save", () => {});
const Other = region("other", { depends: "other" }, () => <p>Other</p>);

const reads: Readonly<Record<string, (ctx: RegionRenderContext) => unknown>> = {
  cookies: ({ cookies }) => cookies.get("name"),
  request: ({ request }) => request.headers.get("cookie"),
  url: ({ url }) => url.search,
  params: ({ params }) => params.id,
  "more()": ({ more }) => more(1),
  "a dependency that reads a cookie": ({ deps }) => deps.get(session),
  "a dependency of a dependency": ({ deps }) => deps.get(user),
  "a value of the URL": ({ deps }) => deps.get(DUrl("id", String, { default: "none" })),
  "a value of the query": ({ deps }) => deps.get(DQuery("q", String, { default: "none" })),
  "a context function of the page": ({ deps }) => deps.get(DContext("name")),
  "a marker for a dependency": ({ deps }) => deps.get(Depends(user)),
};

/** Returns what a request for a page with a shared region reports. */
async function reported(Box: ReturnType<typeof region>): Promise<string> {
  const errors: string[] = [];
  const page = { default: () => <Box />, Box, Other, save, context: { name: () => "Alice" } };
  const handler = createHandler({
    keys: KEYS,
    pages: [{ path: "/items/[id]", load: () => Promise.resolve(page) }],
    onError: (error) => void errors.push(String(error)),
  });
  const response = await handler(new Request("http://localhost/items/7?q=1", { headers: { cookie: "name=alice" } }));
  assertEquals(response.status, 500);
  await handler.close();
  return errors.join();
}

for (const [name, read] of Object.entries(reads)) {
  Deno.test(`a shared region cannot read ${name}`, async () => {
    const Box = region("box", { depends: "box", shared: true }, async (ctx) => <p>{String(await read(ctx))}</p>);
    assertMatch(await reported(Box), /Cannot (?:read "\w+" in region "box": it is shared|resolve)/);
  });
}

Deno.test("the topics of a shared region cannot depend on the request", async () => {
  const Box = region("box", { depends: ({ params }) => `box:${params.id}`, shared: true }, () => <p>Box</p>);
  assertMatch(await reported(Box), /Cannot read "params" in region "box": it is shared/);
});

for (
  const [name, content] of Object.entries({
    "a form": () => (
      <Form action={save}>
        <button>Save</button>
      </Form>
    ),
    "another region": () => <Other />,
  })
) {
  Deno.test(`a shared region cannot contain ${name}`, async () => {
    const Box = region("box", { depends: "box", shared: true }, () => <div>{content()}</div>);
    assertMatch(await reported(Box), /in a shared region: they belong to one page/);
  });
}

Deno.test("region() throws for a shared list that is loaded page by page", () => {
  const options = { depends: "box", shared: true, append: true } as const;
  assertThrows(() => region("box", options, () => null), TypeError, "shared and loaded page by page");
});
