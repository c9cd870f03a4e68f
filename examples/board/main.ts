/**
 * A shared task board: live, with presence and a chat, built with `@hyper/actions`. `PORT` sets the port.
 *
 * `main.ts --instances 3` runs three processes behind a small proxy, with their own Redis. `BOARD_KEY` is a secret that instances
 * with one `REDIS_URL` share.
 */
import { createRedisBus, createRedisStore } from "@hyper/actions/redis";
import { createApp } from "./app.ts";
import { closeDatabase, keepSeats } from "./database.ts";
import { startCluster } from "./cluster.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);
const redisUrl = Deno.env.get("REDIS_URL");
const [option, value] = Deno.args;

if (option === "--instances" && Number(value) > 1) {
  await using cluster = await startCluster(Number(value));
  const server = Deno.serve({ port, onListen: ({ port }) => logUrl(port, `${value} instances`) }, cluster.proxy);
  await stopped();
  await server.shutdown();
} else {
  await using stack = new AsyncDisposableStack();
  const shared = redisUrl === undefined ? null : {
    store: stack.use(await createRedisStore({ url: redisUrl })),
    bus: stack.use(await createRedisBus({ url: redisUrl })),
    key: Deno.env.get("BOARD_KEY") ?? "",
  };
  const app = createApp(shared);
  const seats = setInterval(keepSeats, 20_000);
  const server = Deno.serve({ port, onListen: ({ port }) => logUrl(port, "one instance") }, app);
  await stopped();
  clearInterval(seats);
  // The streams first: their tabs reconnect elsewhere. Then the other requests can end.
  await app.close();
  await server.shutdown();
  closeDatabase();
}

function logUrl(port: number, how: string): void {
  // deno-lint-ignore no-console -- prints the URL
  console.log(`Board is served at http://localhost:${port}/ by ${how}`);
}

/** Waits for the signal to stop. */
async function stopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, resolve);
  await promise;
}
