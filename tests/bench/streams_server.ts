/**
 * Publishes to open streams, in one of four ways: `streams_server.ts bare|hono|ours|redis [Redis url]`.
 *
 * `GET /watch?_action=watch` is a stream; `POST /publish?count=100` publishes events as a hundred users would, and responds afterwards;
 * `GET /memory` returns the bytes in use, without garbage. An event contains its time of publication.
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { action, type Bus, createHandler, live, toast } from "../../mod.ts";
import { createRedisBus } from "@hyper/actions/redis";
import { announce } from "./servers/announce.ts";

/** A way to publish: it responds to a request for a stream, and sends an event to all streams. */
interface Publisher {
  watch(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response>;
  publish(event: string): Promise<void> | void;
}

const [kind = "", redisUrl = ""] = Deno.args;

/** The cost of `Deno.serve` itself: every stream receives the same bytes, even if it does not read. */
function bare(): Publisher {
  const controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  return {
    watch() {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => void controllers.add(own = controller),
        cancel: () => void controllers.delete(own),
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
    publish(event) {
      const frame = encoder.encode(`event: toast\ndata: ${JSON.stringify({ value: event })}\n\n`);
      for (const controller of controllers) controller.enqueue(frame);
    },
  };
}

/** As in the documentation of Hono: one `writeSSE()` for each stream. */
function hono(): Publisher {
  const streams = new Set<(data: string) => Promise<void>>();
  const app = new Hono();
  app.get("/watch", (context) =>
    streamSSE(context, async (stream) => {
      const write = (data: string): Promise<void> => stream.writeSSE({ event: "toast", data });
      const { promise, resolve } = Promise.withResolvers<void>();
      streams.add(write);
      stream.onAbort(() => {
        streams.delete(write);
        resolve();
      });
      await promise;
    }));
  return {
    watch: (request) => app.fetch(request),
    async publish(event) {
      const data = JSON.stringify({ value: event });
      await Promise.all(Array.from(streams, (write) => write(data)));
    },
  };
}

function ours(bus: Bus | undefined): Publisher {
  const watch = action("watch", { method: "GET" }, () => live("bench", { refresh: () => [] }));
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/watch", load: () => Promise.resolve({ default: () => "", watch }) }],
    limits: { streams: Infinity, streamsPerCaller: Infinity },
    bus,
  });
  return {
    watch: (request, info) => handler(request, info),
    publish: (event) => handler.publish("bench", toast(event)),
  };
}

const publisher = kind === "bare"
  ? bare()
  : kind === "hono"
  ? hono()
  : ours(kind === "redis" ? await createRedisBus({ url: redisUrl }) : undefined);

/** Padding of an event, to the length of a small fragment of markup. */
const FILLING = "x".repeat(200);

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: announce }, async (request, info) => {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/publish":
      await Promise.all(
        Array.from({ length: Number(searchParams.get("count")) }, () => publisher.publish(`@${Date.now()} ${FILLING}`)),
      );
      return new Response(null, { status: 204 });
    case "/memory": {
      // Started with --expose-gc.
      (globalThis as { gc?: () => void }).gc?.();
      const { rss, heapUsed, external } = Deno.memoryUsage();
      return Response.json({ rss, heap: heapUsed + external });
    }
    default:
      return await publisher.watch(request, info);
  }
});
