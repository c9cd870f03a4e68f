// A request whose body was read, with a body of the same content that has not been read.
import type { Body } from "./body.ts";
import type { FieldMap } from "./field_map.ts";

/**
 * Returns a request with the content of a body that was read. Its bytes are written when they are read: files are not copied
 * before.
 */
export function withUnreadBody(request: Request, content: Body): Request {
  const { method, signal } = request;
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return new Request(request.url, { method, signal, headers, body: bodyOf(content, headers), ...STREAMED });
}

// Fetch, 5.4: a request with a stream as its body needs `duplex`, which the types of TypeScript lack.
const STREAMED: object = { duplex: "half" };

function bodyOf(content: Body, headers: Headers): BodyInit | null {
  switch (content.kind) {
    case "empty":
      return null;
    case "json":
      return JSON.stringify(content.value);
    case "fields": {
      if (!/^\s*multipart\//i.test(headers.get("content-type") ?? "")) return urlencoded(content.fields);
      const boundary = `hyper-${crypto.randomUUID()}`;
      headers.set("content-type", `multipart/form-data; boundary=${boundary}`);
      return ReadableStream.from(multipart(content.fields, boundary));
    }
  }
}

function urlencoded(fields: FieldMap): string {
  const pairs = Array.from(fields, ([name, values]) => values.map((value) => [name, String(value)]));
  return new URLSearchParams(pairs.flat()).toString();
}

/** HTML, 4.10.21.7, and RFC 7578. */
async function* multipart(fields: FieldMap, boundary: string): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  for (const [name, values] of fields) {
    for (const value of values) {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
      if (typeof value === "string") {
        yield encoder.encode(`${head}\r\n\r\n${value}\r\n`);
        continue;
      }
      const type = value.type || "application/octet-stream";
      yield encoder.encode(`${head}; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`);
      yield* value.stream();
      yield encoder.encode("\r\n");
    }
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}

function quoted(text: string): string {
  return text.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}
