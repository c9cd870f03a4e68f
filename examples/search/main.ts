/** A search with results while typing, built with `@hyper/actions`. `PORT` sets the port. */
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Search is served at http://localhost:${port}/`),
}, createApp());
