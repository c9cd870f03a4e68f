/**
 * Hono that keeps the same promises as this library: its own middleware against requests of other sites, for the size of a body and
 * for its time, a schema, values and errors back in the page, and each mutation once.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { timeout } from "hono/timeout";
import * as z from "zod";
import { announce } from "./announce.ts";
import { type Errors, formPage, readValues, tablePage } from "./by_hand.tsx";
import { once } from "./once.ts";

const Entry = z.object({
  name: z.string().trim().min(1, "Fill in this field").max(80, "Too long"),
  email: z.email("Enter an email address").max(254),
  note: z.string().max(200, "Too long"),
});

const app = new Hono();
app.get("/table", (c) => c.html(tablePage()));
app.get("/form", (c) => c.html(formPage(undefined, {}, crypto.randomUUID())));
app.post("/form", csrf(), bodyLimit({ maxSize: 1024 * 1024 }), timeout(30_000), async (c) => {
  const form = await c.req.formData();
  const values = readValues(form);
  const parsed = Entry.safeParse(values);
  if (!parsed.success) {
    const errors = Object.fromEntries(parsed.error.issues.map(({ path, message }) => [String(path[0]), message]));
    return c.html(formPage(values, errors as Errors, crypto.randomUUID()));
  }
  const input = [...form].map(([name, value]): [string, string] => [name, String(value)]);
  const location = await once(String(form.get("_hyper_once")), input, () => Promise.resolve("/form"));
  return location === null ? c.text("This form was sent with other values", 422) : c.redirect(location, 303);
});
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, app.fetch);
