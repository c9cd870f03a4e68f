/**
 * One of several instances of a page with three regions: `region_instance.tsx <Redis url> <database file> <version>`. Prints its port,
 * and serves until its standard input closes.
 */
import { DatabaseSync } from "node:sqlite";
import { createHandler, region, type RequestContext } from "../../mod.ts";
import { createRedisBus } from "@hyper/actions/redis";

const [url = "", path = "", version = ""] = Deno.args;

using database = new DatabaseSync(path);
database.exec("PRAGMA busy_timeout = 10000");

const userOf = ({ cookies }: Pick<RequestContext, "cookies">): string | null => cookies.get("user") || null;

// Without a guard of its own: what a user sees of it is up to the signature.
const Row = region("row", { depends: ({ instance }) => `row:${instance}` }, (ctx) => {
  const row = database.prepare("SELECT value FROM rows WHERE name = ?").get(String(ctx.instance));
  return <li>{`${userOf(ctx)} ${ctx.instance}=${row?.value} ${version}`}</li>;
});

function Page() {
  return (
    <ul>
      <Row instance="a" />
      <Row instance="b" />
      <Row instance="c" />
    </ul>
  );
}

await using bus = await createRedisBus({ url, onError: () => {} });
const handler = createHandler({
  bus,
  keys: ["k".repeat(32)],
  principal: (request) => /(?:^|; )user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? null,
  // It reports the outage of Redis, as expected.
  onError: () => {},
  pages: [{
    path: "/",
    load: () =>
      Promise.resolve({
        default: Page,
        Row,
        render: (ctx: RequestContext) => userOf(ctx) === null ? new Response(null, { status: 403 }) : undefined,
      }),
  }],
  limits: { streamsPerCaller: 100 },
});

/** Changes a row; responds when the change has been published, or the attempt has failed. */
async function write(request: Request): Promise<Response> {
  const { row, value } = await request.json();
  database.prepare("UPDATE rows SET value = ? WHERE name = ?").run(value, row);
  await handler.changed(`row:${row}`);
  return new Response();
}

const server = Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  // deno-lint-ignore no-console -- the test reads the port here
  onListen: ({ port }) => console.log(port),
}, (request, info) => new URL(request.url).pathname === "/write" ? write(request) : handler(request, info));

for await (const _ of Deno.stdin.readable);
await handler.close();
await server.shutdown();
