/** Sign-in, guards, and a form that survives its session, built with `@hyper/actions`. `PORT` sets the port. */
import { fromFileUrl, join } from "@std/path";
import { Accounts, DEMO } from "./accounts.ts";
import { createApp } from "./app.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);
const folder = fromFileUrl(import.meta.resolve("./data/"));
await Deno.mkdir(folder, { recursive: true });
const accounts = new Accounts(join(folder, "auth.sqlite"));
for (const account of DEMO) await accounts.add(account);

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`Auth is served at http://localhost:${port}/`),
}, createApp(accounts));
