/** Appointments of a practice. `PORT` sets the port, and `DATA` the folder of the database. */
import { createApp } from "./app.ts";

const folder = Deno.env.get("DATA") ?? `${import.meta.dirname}/data`;
if (folder !== ":memory:") Deno.mkdirSync(folder, { recursive: true });
const { handler } = await createApp({ folder });

Deno.serve({
  port: Number(Deno.env.get("PORT") ?? 8000),
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`The practice is served at http://localhost:${port}/`),
}, handler);
