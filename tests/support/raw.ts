/** Sends requests as bytes to a server, without a client that would correct them. */

/** A response, possibly incomplete. */
export interface RawAnswer {
  /** The HTTP status; `0` if the connection was closed without one. */
  readonly status: number;
  /** The headers, by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bytes after the headers. */
  readonly body: string;
}

/** A server on a free port. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** Sends one byte per character, and reads until the connection is closed or quiet. */
  send(bytes: string): Promise<RawAnswer>;
}

/** Serves a handler. */
export function serveRaw(handler: Deno.ServeHandler<Deno.NetAddr>): RawServer {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const { port } = server.addr;
  return {
    port,
    send: (bytes) => sendRaw(port, bytes),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Sends bytes to a port of this machine, and reads one response. */
export async function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const written = writeAll(connection, latin1(bytes));
  // A server may respond and close the connection before it has read everything.
  written.catch(() => {});
  let text = "";
  const buffer = new Uint8Array(65_536);
  while (!isComplete(text)) {
    let count: number | null;
    try {
      count = await connection.read(buffer);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) break;
      throw error;
    }
    if (count === null) break;
    for (const byte of buffer.subarray(0, count)) text += String.fromCharCode(byte);
  }
  return parse(text);
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function isComplete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const { headers, body } = parse(text);
  const length = headers.get("content-length");
  if (length !== undefined) return body.length >= Number(length);
  return headers.get("transfer-encoding") === "chunked" ? body.endsWith("0\r\n\r\n") : true;
}

function parse(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = (end === -1 ? text : text.slice(0, end)).split("\r\n");
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
    headers,
    body: end === -1 ? "" : text.slice(end + 4),
  };
}
