/** Appointments of a practice. `PORT` sets the port, and `DATA` the folder of the database. */
import { createApp } from "./app.ts";
import type { Booking } from "./bookings.ts";
import { remind } from "./reminders.ts";
import { momentNow } from "./time.ts";

const folder = Deno.env.get("DATA") ?? `${import.meta.dirname}/data`;
if (folder !== ":memory:") Deno.mkdirSync(folder, { recursive: true });
const { handler, database } = await createApp({ folder });

Deno.serve({
  port: Number(Deno.env.get("PORT") ?? 8000),
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`The practice is served at http://localhost:${port}/`),
}, handler);

const HOUR = 60 * 60 * 1000;
setInterval(() => {
  // In production, send an email. A job that fails runs again in an hour; the server keeps running.
  // deno-lint-ignore no-console -- stands for the email
  const send = ({ customer, starts }: Booking) => Promise.resolve(console.log(`Reminder for ${customer}: ${starts}`));
  // deno-lint-ignore no-console -- an operator reads it
  remind(database, handler, momentNow(), send).catch((error) => console.error("Cannot remind customers:", error));
}, HOUR);
