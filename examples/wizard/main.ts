/** A registration in several steps, built with `@hyper/actions`. `PORT` sets the port. */
import { createSqliteStore } from "@hyper/actions";
import { fromFileUrl, join } from "@std/path";
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);
const folder = fromFileUrl(import.meta.resolve("./data/"));
await Deno.mkdir(folder, { recursive: true });
const store = await createSqliteStore(join(folder, "wizard.sqlite"));

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Wizard is served at http://localhost:${port}/`),
}, createApp(store));
