/** The showcase: live examples of `@hyper/actions`, and its documentation. `PORT` sets the port. */
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints its URL
  onListen: ({ port }) => console.log(`The showcase is served at http://localhost:${port}/`),
}, createApp());
