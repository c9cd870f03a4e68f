/**
 * The showcase: live examples of `@hyper/actions`, and its documentation. `PORT` sets the port, and
 * `EDIT_URL` the place at which readers edit a page, such as "https://github.com/OWNER/NAME/edit/main/".
 */
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints its URL
  onListen: ({ port }) => console.log(`The showcase is served at http://localhost:${port}/`),
}, createApp());
