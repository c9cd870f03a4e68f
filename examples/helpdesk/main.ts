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
setInterval(() => void closeStaleTickets(services.database, handler), HOUR);
