/** Notes: a small application built with `@hyper/actions`. `PORT` chooses the port. */
import { createHandler } from "@hyper/actions";

const port = Number(Deno.env.get("PORT") ?? 8000);
const handler = createHandler({ baseDir: import.meta.dirname });

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Notes is served at http://localhost:${port}/`),
}, handler);
