/** Invoices: forms, formsets, guards, an audit log and a long job with `@hyper/actions`. `PORT` sets the port. */
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Invoices is served at http://localhost:${port}/`),
}, createApp());
