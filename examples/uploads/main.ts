/** Uploads of large files, built with `@hyper/actions`. `PORT` sets the port. */
import { fromFileUrl } from "@std/path";
import { createApp } from "./app.ts";
import { Library } from "./library.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);
const files = new Library(fromFileUrl(import.meta.resolve("./data/")));

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Uploads is served at http://localhost:${port}/`),
}, createApp(files));
