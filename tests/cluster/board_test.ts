/** The board example as its task runs it: several processes, one Redis, one proxy. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startCluster } from "../../examples/board/cluster.ts";
import { redisTest } from "../support/redis.ts";
import { readBlocks } from "../../src/protocol/event_stream.ts";

redisTest("instances of the board example behind the proxy share one room", async () => {
  const folder = await Deno.makeTempDir();
  Deno.env.set("BOARD_DATABASE", `${folder}/board.sqlite`);
  try {
    await using cluster = await startCluster(2);
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, cluster.proxy);
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const call = (name: string, init: RequestInit, headers: Record<string, string> = {}) =>
      fetch(url, {
        ...init,
        redirect: "manual",
        headers: { "x-hyper-action": name, accept: "text/event-stream", ...headers },
      });
    const entered = await call("enter", { method: "POST", body: new URLSearchParams({ name: "Ada" }) });
    await entered.body?.cancel();
    const cookie = entered.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
    assertStringIncludes(cookie, "person=");

    // The proxy alternates, so that each instance has one stream.
    const watching = [await call("watch_room", {}, { cookie }), await call("watch_room", {}, { cookie })];
    const streams = watching.map(({ body }) => readBlocks(body ?? new ReadableStream()));
    const added = await call("add_task", { method: "POST", body: new URLSearchParams({ title: "For all" }) }, {
      cookie,
      origin: new URL(url).origin,
    });
    assertEquals(added.status, 200);
    await added.body?.cancel();
    for (const stream of streams) {
      for await (const { data } of stream) if (data?.includes("For all")) break;
    }
    const page = await (await fetch(url, { headers: { cookie } })).text();
    assert(page.includes("For all"));
    await server.shutdown();
  } finally {
    Deno.env.delete("BOARD_DATABASE");
    await Deno.remove(folder, { recursive: true });
  }
});
