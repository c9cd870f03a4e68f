/** Handwritten code on `Deno.serve` that keeps the same promises as this library. */
import { announce } from "./announce.ts";
import { check, formPage, readValues, tablePage } from "./by_hand.tsx";
import { once } from "./once.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };
const MAX_BODY = 1024 * 1024;
const BODY_MS = 30_000;

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, async (request) => {
  const { pathname } = new URL(request.url);
  if (request.method === "GET" && pathname === "/table") return new Response(tablePage(), { headers: HTML });
  if (pathname !== "/form") return new Response("Not found", { status: 404 });
  if (request.method === "GET") {
    return new Response(formPage(undefined, {}, crypto.randomUUID()), { headers: HTML });
  }
  if (!isSameOrigin(request)) return new Response("The request came from another site", { status: 403 });
  const body = await readBounded(request);
  if (body === null) return new Response("The form is too large or too slow", { status: 413 });
  const form = await new Response(body, { headers: { "content-type": request.headers.get("content-type") ?? "" } })
    .formData();
  const values = readValues(form);
  const errors = check(values);
  if (Object.keys(errors).length > 0) {
    return new Response(formPage(values, errors, crypto.randomUUID()), { headers: HTML });
  }
  const input = [...form].map(([name, value]): [string, string] => [name, String(value)]);
  const location = await once(String(form.get("_hyper_once")), input, () => Promise.resolve("/form"));
  if (location === null) return new Response("This form was sent with other values", { status: 422 });
  return new Response(null, { status: 303, headers: { location } });
});

function isSameOrigin({ headers, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  return site === null ? headers.get("origin") === new URL(url).origin : site === "same-origin" || site === "none";
}

/** Reads a body within the limits of size and time; `null` if it exceeds them. */
async function readBounded(request: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  const timer = setTimeout(() => void reader?.cancel(), BODY_MS);
  try {
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
      size += read.value.length;
      if (size > MAX_BODY) return null;
      chunks.push(read.value);
    }
  } finally {
    clearTimeout(timer);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
