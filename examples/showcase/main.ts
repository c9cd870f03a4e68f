/** The showcase: what `@hyper/actions` can do, live, and its documentation. `PORT` chooses the port. */
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- the address is what this program has to say
  onListen: ({ port }) => console.log(`The showcase is served at http://localhost:${port}/`),
}, createApp());
