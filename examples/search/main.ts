/** Search with results as one types, built with `@hyper/actions`. `PORT` chooses the port. */
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- the address is what this program has to say
  onListen: ({ port }) => console.log(`Search is served at http://localhost:${port}/`),
}, createApp());
