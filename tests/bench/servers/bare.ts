/** Handwritten code on a bare `Deno.serve`: the baseline. */
import { announce } from "./announce.ts";
import { boardPage, check, formPage, readValues, tablePage, todoPatch } from "./by_hand.tsx";

const HTML = { "content-type": "text/html; charset=utf-8" };
const EVENTS = { "content-type": "text/event-stream", "cache-control": "no-store" };
const encoder = new TextEncoder();

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, async (request) => {
  const { pathname } = new URL(request.url);
  if (request.method === "GET") {
    switch (pathname) {
      case "/table":
        return new Response(tablePage(), { headers: HTML });
      case "/team/board":
        return new Response(boardPage(request), { headers: HTML });
      case "/form":
        return new Response(formPage(), { headers: HTML });
      case "/follow":
        return new Response(follow(), { headers: EVENTS });
    }
  }
  if (request.method === "POST" && pathname === "/form") {
    const values = readValues(await request.formData());
    const errors = check(values);
    if (Object.keys(errors).length > 0) return new Response(formPage(values, errors), { headers: HTML });
    return new Response(null, { status: 303, headers: { location: "/form" } });
  }
  if (request.method === "POST" && pathname === "/todo") {
    const { id, title } = await request.json();
    return new Response(`${frame(Number(id), String(title))}event: end\ndata: {}\n\n`, { headers: EVENTS });
  }
  return new Response("Not found", { status: 404 });
});

function frame(id: number, title: string): string {
  return `event: patch_html\ndata: ${JSON.stringify(todoPatch(id, title))}\n\n`;
}

function follow(): ReadableStream<Uint8Array> {
  let id = 0;
  return new ReadableStream({
    pull(controller): void {
      if (id < 1000) return controller.enqueue(encoder.encode(frame(id++, "Milk")));
      controller.enqueue(encoder.encode("event: end\ndata: {}\n\n"));
      controller.close();
    },
  });
}
