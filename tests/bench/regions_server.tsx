/**
 * One of two instances of a page with twenty parts that many watch: `regions_server.tsx bare|refresh|region <Redis url>`.
 *
 * `POST /change?count=1` changes one part as so many users would, and responds afterwards; `GET /memory` returns the bytes in use,
 * without garbage. Everything else is the page, and what watches it.
 */
import { action, createHandler, live, refresh, region } from "../../mod.ts";
import { createRedisBus } from "@hyper/actions/redis";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import { announce } from "./servers/announce.ts";

/** A way to tell watchers of a change. */
interface Contender {
  readonly serve: (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Response | Promise<Response>;
  readonly change: () => Promise<unknown>;
}

const [kind = "", url = ""] = Deno.args;

/** The name of the part that changes. */
const CHANGING = "7";
const PARTS = Array.from({ length: 20 }, (_, index) => `${index}`);
/** Text of a part, to the length of a small fragment of markup. */
const TEXT = "A line of text. ".repeat(20);

/** By hand: the part is rendered once per change, and every stream of every instance receives the same bytes. */
async function bare(): Promise<Contender> {
  const redis = await RedisConnection.open({ url });
  const encoder = new TextEncoder();
  const controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  await redis.subscribe("changes", (html) => {
    const frame = encoder.encode(`event: part\ndata: ${JSON.stringify({ html })}\n\n`);
    for (const controller of controllers) controller.enqueue(frame);
  });
  return {
    serve() {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => void controllers.add(own = controller),
        cancel: () => void controllers.delete(own),
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
    change: () => redis.send(["PUBLISH", "changes", `<section id="part-${CHANGING}">@${TEXT}</section>`]),
  };
}

async function ours(): Promise<Contender> {
  const Part = region(
    "part",
    { depends: ({ instance }) => `part:${instance}`, guard: () => true },
    ({ instance }) => <section id={`part-${instance}`}>@{TEXT}</section>,
  );
  const watch = action("watch", { method: "GET" }, () => live("parts", { refresh: `#part-${CHANGING}` }));
  const Page = () => <main>{PARTS.map((name) => <Part key={name} instance={name} />)}</main>;
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Part, watch }) }],
    limits: { streams: Infinity, streamsPerCaller: Infinity },
    keys: ["k".repeat(32)],
    bus: await createRedisBus({ url }),
  });
  return {
    serve: handler,
    change: () =>
      kind === "region" ? handler.changed(`part:${CHANGING}`) : handler.publish("parts", refresh(`#part-${CHANGING}`)),
  };
}

const contender = kind === "bare" ? await bare() : await ours();

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: announce }, async (request, info) => {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/change":
      await Promise.all(Array.from({ length: Number(searchParams.get("count")) }, contender.change));
      return new Response(null, { status: 204 });
    case "/memory": {
      // Started with --expose-gc.
      (globalThis as { gc?: () => void }).gc?.();
      const { rss, heapUsed, external } = Deno.memoryUsage();
      return Response.json({ rss, heap: heapUsed + external });
    }
    default:
      return await contender.serve(request, info);
  }
});
