/** A help desk, built with `@hyper/actions`. `PORT` sets the port, and `DATA` the folder of its files. */
import { createApp } from "./app.ts";
import { openServices } from "./database.ts";
import { closeStaleTickets } from "./jobs.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);
const services = await openServices(Deno.env.get("DATA") ?? `${import.meta.dirname}/data`);
const handler = createApp(services);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Help desk is served at http://localhost:${port}/`),
}, handler);

const HOUR = 60 * 60 * 1000;
setInterval(() => {
  // A job that fails runs again in an hour; the server keeps running.
  // deno-lint-ignore no-console -- an operator reads it
  closeStaleTickets(services.database, handler).catch((error) => console.error("Cannot close stale tickets:", error));
}, HOUR);
