/** Hono, with the same renderer. */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { announce } from "./announce.ts";
import { boardPage, check, formPage, readValues, tablePage, todoPatch } from "./by_hand.tsx";

const app = new Hono();
app.get("/table", (c) => c.html(tablePage()));
app.get("/team/board", (c) => c.html(boardPage(c.req.raw)));
app.get("/form", (c) => c.html(formPage()));
app.post("/form", async (c) => {
  const values = readValues(await c.req.formData());
  const errors = check(values);
  return Object.keys(errors).length > 0 ? c.html(formPage(values, errors)) : c.redirect("/form", 303);
});
app.post("/todo", async (c) => {
  const { id, title } = await c.req.json();
  return streamSSE(c, async (stream) => {
    await stream.writeSSE({ event: "patch_html", data: JSON.stringify(todoPatch(Number(id), String(title))) });
    await stream.writeSSE({ event: "end", data: "{}" });
  });
});
app.get("/follow", (c) =>
  streamSSE(c, async (stream) => {
    for (let id = 0; id < 1000; id++) {
      await stream.writeSSE({ event: "patch_html", data: JSON.stringify(todoPatch(id, "Milk")) });
    }
    await stream.writeSSE({ event: "end", data: "{}" });
  }));
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, app.fetch);
