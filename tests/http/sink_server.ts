/**
 * A server that writes every code point into its headers. `sink_test.ts` runs it in a separate process, because an
 * invalid header would end the process.
 */
import { formatSetCookie } from "../../src/http/cookie.ts";
import { redirectTarget, sealHeaders, sealResponse } from "../../src/http/sink.ts";
import { encodeEvent } from "../../src/protocol/event_stream.ts";
import { BATCH, batch, HEADERS } from "./sink_batches.ts";

const tellPort = ({ port }: { port: number }): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: tellPort }, (request) => {
  const url = new URL(request.url);
  const from = Number(url.searchParams.get("from"));
  const texts = Array.from({ length: HEADERS }, (_, at) => batch(from + at * BATCH));
  switch (url.pathname) {
    case "/headers":
      return new Response(null, { headers: sealHeaders(texts.map((text, at): [string, string] => [`x-${at}`, text])) });
    case "/response": {
      const headers = new Headers();
      for (const [at, text] of texts.entries()) {
        try {
          headers.set(`x-${at}`, text);
        } catch {
          // The platform rejects NUL, CR, LF and characters above U+00FF; sealResponse() handles the rest.
          // deno-lint-ignore no-control-regex -- control characters are what is left out
          headers.set(`x-${at}`, text.replace(/[\0\r\n]|[^\x00-\xff]/g, ""));
        }
      }
      return sealResponse(new Response("body", { headers }));
    }
    case "/redirect":
      return new Response(null, { status: 303, headers: { location: redirectTarget(`/p?q=${texts.join("")}`, url) } });
    case "/cookies":
      return new Response(null, {
        headers: texts.map((value, at): [string, string] => ["set-cookie", formatSetCookie({ name: `c${at}`, value })]),
      });
    case "/events":
      return new Response(
        texts.map((text) => encodeEvent({ event: "toast", data: { value: text, [text]: 1 } })).join(""),
        { headers: { "content-type": "text/event-stream" } },
      );
    default:
      return new Response(null, { status: 404 });
  }
});
