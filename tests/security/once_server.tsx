/**
 * A server for `once_crash_test.ts`, to be killed: it takes orders, with claims in one SQLite file and orders in another,
 * both given as arguments. A third argument is the position at which its action function stops forever, a fourth sets afterCrash. It prints
 * its port.
 */
import { DatabaseSync } from "node:sqlite";
import { action, createHandler, createSqliteStore } from "../../mod.ts";

const [claims = "", orders = "", stop = "nowhere", afterCrash] = Deno.args;
const database = new DatabaseSync(orders);
database.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS orders (item TEXT NOT NULL) STRICT");

const order = action("order", async ({ data }) => {
  const item = String(data.item);
  if (stop === "before the work") await new Promise(() => {});
  database.prepare("INSERT INTO orders (item) VALUES (?)").run(item);
  if (stop === "after the work") await new Promise(() => {});
  return { ordered: item };
});

const store = await createSqliteStore(claims);
const handler = createHandler({
  pages: [{ path: "/", load: () => Promise.resolve({ default: () => "orders", order }) }],
  store,
  idempotency: { waitSeconds: 0.3, afterCrash: afterCrash === "reject" ? "reject" : "retry" },
});
await handler.ready;
const server = Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, handler);
await Deno.stdin.readable.pipeTo(new WritableStream());
await handler.close();
await server.shutdown();
await store[Symbol.asyncDispose]();
