/** Clients that stop reading: their cost, and the end of their streams. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { action, createHandler, live, toast } from "../../mod.ts";
import { STALL_MS } from "../../src/respond/event_stream.ts";
import { App } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";

setFlagsFromString("--expose-gc");
// With this flag, V8 defines the function in a new context.
const collectGarbage = runInNewContext("gc") as () => void;

Deno.test("a stream whose client leaves a chunk unread ends after a minute, and its finally runs", async () => {
  using time = stopTime();
  const over = Promise.withResolvers<void>();
  const watch = action("watch", { method: "GET" }, async function* () {
    try {
      yield toast("read");
      yield toast("unread");
      yield live("board", { refresh: () => [] });
    } finally {
      await Promise.resolve();
      over.resolve();
    }
  });
  await using app = new App({ "/": { default: () => "", watch } });
  const reasons: string[] = [];
  app.handler.signals.streamClosed.connect(({ reason }) => void reasons.push(reason));
  const reader = (await app.call("watch", { method: "GET" })).body?.getReader();
  await reader?.read();
  await time.tick(STALL_MS - 1);
  assertEquals(reasons, []);
  await time.tick(STALL_MS / 4 + 1);
  await over.promise;
  assertEquals(reasons, ["left"]);
  await assertRejects(async () => await reader?.read(), DOMException, "stopped reading");
  assertEquals(time.timers, 0);
});

Deno.test("a stream whose client waits for a message stays open", async () => {
  using time = stopTime();
  const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => [] }));
  await using app = new App({ "/": { default: () => "", watch } }, { heartbeatSeconds: 0 });
  const opening = app.call("watch", { method: "GET" });
  await time.tick(50);
  const reader = (await opening).body?.getReader();
  // The position.
  await reader?.read();
  const next = reader?.read();
  await time.tick(10 * STALL_MS);
  await app.handler.publish("board", toast("at last"));
  assert(new TextDecoder().decode((await next)?.value).includes("at last"));
  await reader?.cancel();
});

Deno.test("each client that stops reading uses a bounded buffer", async () => {
  const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => [] }));
  const handler = createHandler({
    baseDir: "/srv/app",
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => "", watch }) }],
    limits: { streamsPerCaller: 100 },
  });
  const all = Promise.withResolvers<void>();
  handler.signals.streamOpened.connect(() => void (--waiting === 0 && all.resolve()));
  let waiting = 20;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const { port } = server.addr;
  const request = new TextEncoder().encode(
    "GET /?_action=watch HTTP/1.1\r\nHost: site.test\r\nAccept: text/event-stream\r\n\r\n",
  );
  const connections: Deno.TcpConn[] = [];
  try {
    for (let count = 0; count < 20; count++) {
      const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
      connections.push(connection);
      await connection.write(request);
    }
    await all.promise;
    const start = memory();
    const growth: number[] = [];
    // 128 MiB in total. The log of the bus keeps 16 MiB, and the queue of a stream at most 1 MiB.
    for (let count = 0; count < 2_048; count++) {
      await handler.publish("board", toast("x".repeat(64 * 1024)));
      if (count % 256 === 255) growth.push(Math.round((memory() - start) / 2 ** 20));
    }
    assert(Math.max(...growth) < 24, `MiB of growth after each 16 MiB published: ${growth}`);
  } finally {
    for (const connection of connections) connection.close();
    await handler.close();
    await server.shutdown();
  }
});

/** Returns the bytes in use after a garbage collection. */
function memory(): number {
  collectGarbage();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
