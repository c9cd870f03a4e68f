/** T40: a mutation runs once across a crash of its process, with claims in SQLite. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { type ServerProcess, startServer } from "../support/process.ts";

const SCRIPT = import.meta.resolve("./once_server.tsx");

const DONE = { status: 200, body: { ok: true, data: { ordered: "tea" } } };

/** Positions at which the action function of a process stops forever. */
type Stop = "before the work" | "after the work" | "nowhere";

/** The two files of a shop, and its servers. */
class Shop implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #servers: ServerProcess[] = [];

  get #claims(): string {
    return `${this.#folder}/claims.sqlite`;
  }
  get #orders(): string {
    return `${this.#folder}/orders.sqlite`;
  }

  /** Starts a process on the two files. */
  async start(stop: Stop = "nowhere", afterCrash: "retry" | "reject" = "retry"): Promise<ServerProcess> {
    const server = await startServer(SCRIPT, { args: [this.#claims, this.#orders, stop, afterCrash] });
    this.#servers.push(server);
    return server;
  }

  /** Sends an order. Returns the response, or `null` if the connection was lost. */
  async order(server: ServerProcess, id: string): Promise<{ readonly status: number; readonly body: unknown } | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${server.port}/?_action=order`, {
        method: "POST",
        headers: { accept: "application/json", "x-hyper-request-id": id, "content-type": "application/json" },
        body: JSON.stringify({ item: "tea" }),
      });
      return { status: response.status, body: await response.json() };
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
  }

  /** The orders. */
  get orders(): readonly string[] {
    using database = new DatabaseSync(this.#orders);
    return database.prepare("SELECT item FROM orders").all().map(({ item }) => String(item));
  }

  /** Makes the leases of claims expire, as after half a minute. */
  passLease(): void {
    using database = new DatabaseSync(this.#claims);
    database.exec(`UPDATE hyper_store SET expires = 0 WHERE value LIKE '%"running"%'`);
  }

  /** Waits until a function returns a value. */
  async until(what: "claim" | "order"): Promise<void> {
    const [path, table] = what === "claim" ? [this.#claims, "hyper_store"] : [this.#orders, "orders"];
    for (;;) {
      using database = new DatabaseSync(path);
      if (database.prepare(`SELECT 1 FROM ${table}`).get() !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test("T40: an outcome from before a crash is sent again by the next process, and the action does not run again", async () => {
  await using shop = new Shop();
  const first = await shop.start();
  assertEquals(await shop.order(first, "r1"), DONE);
  await first.kill();
  const second = await shop.start();
  assertEquals([await shop.order(second, "r1"), shop.orders], [DONE, ["tea"]]);
  assertEquals([await shop.order(second, "r2"), shop.orders], [DONE, ["tea", "tea"]]);
});

Deno.test("T40: a mutation that a crash interrupted is rejected until its lease expires, and then runs once", async () => {
  await using shop = new Shop();
  const first = await shop.start("before the work");
  const lost = shop.order(first, "r1");
  await shop.until("claim");
  await first.kill();
  assertEquals([await lost, shop.orders], [null, []]);
  const second = await shop.start();
  assertEquals([(await shop.order(second, "r1"))?.status, shop.orders], [409, []]);
  shop.passLease();
  assertEquals([await shop.order(second, "r1"), shop.orders], [DONE, ["tea"]]);
  assertEquals([await shop.order(second, "r1"), shop.orders], [DONE, ["tea"]]);
});

Deno.test("T40: after a crash between the mutation and the storage of its outcome, a repeat is rejected until the lease expires", async () => {
  await using shop = new Shop();
  const first = await shop.start("after the work");
  const lost = shop.order(first, "r1");
  await shop.until("order");
  await first.kill();
  assertEquals(await lost, null);
  const second = await shop.start();
  // Another process cannot know that the action has run. It counts as running, and does not run twice at the same time.
  assertEquals([(await shop.order(second, "r1"))?.status, shop.orders], [409, ["tea"]]);
});

Deno.test("T40: simultaneous repeats in two processes that share one file order once", async () => {
  await using shop = new Shop();
  const servers = [await shop.start(), await shop.start()];
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => servers.map((server) => shop.order(server, "r1"))).flat(),
  );
  assertEquals(answers, answers.map(() => DONE));
  assertEquals(shop.orders, ["tea"]);
});

for (const stop of ["before the work", "after the work"] as const) {
  Deno.test(`T40: with afterCrash "reject", a repeat after a crash ${stop} gets 409, and nothing runs twice`, async () => {
    await using shop = new Shop();
    const first = await shop.start(stop, "reject");
    const lost = shop.order(first, "r1");
    await shop.until(stop === "before the work" ? "claim" : "order");
    await first.kill();
    assertEquals(await lost, null);
    const second = await shop.start("nowhere", "reject");
    shop.passLease();
    const answer = await shop.order(second, "r1");
    assertEquals([answer?.status, shop.orders], [409, stop === "before the work" ? [] : ["tea"]]);
    assertStringIncludes(JSON.stringify(answer?.body), "We cannot tell if this was saved");
    // Another order is not a repeat.
    assertEquals(await shop.order(second, "r2"), DONE);
  });
}
