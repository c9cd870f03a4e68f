/** The board example as its task runs it: several processes, one Redis, one proxy. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startCluster } from "../../examples/board/cluster.ts";
import { redisTest } from "../support/redis.ts";
import { instanceAt, openPage, RegionStream } from "../support/region_stream.ts";

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
    const instance = instanceAt(url);
    const regions = await openPage(instance, "/", { cookie });
    const watch = async () => await (await RegionStream.watch(instance, [{ at: "/", regions }], { cookie })).ready();
    await using streams = new AsyncDisposableStack();
    const watching = [streams.use(await watch()), streams.use(await watch())];
    const added = await call("add_task", { method: "POST", body: new URLSearchParams({ title: "For all" }) }, {
      cookie,
      origin: new URL(url).origin,
    });
    assertEquals(added.status, 200);
    await added.body?.cancel();
    for (const stream of watching) {
      let names: readonly string[];
      // An instance that does not know the place of a page first names all of its regions.
      do names = (await stream.next())?.dirty.map((reference) => reference.split(":")[0] ?? "") ?? []; while (
        names.length > 1
      );
      assertEquals(names, ["board"]);
    }
    await streams.disposeAsync();
    const page = await (await fetch(url, { headers: { cookie } })).text();
    assert(page.includes("For all"));
    await server.shutdown();
  } finally {
    Deno.env.delete("BOARD_DATABASE");
    await Deno.remove(folder, { recursive: true });
  }
});
