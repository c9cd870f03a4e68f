/**
 * Load from a separate process: `wrk`, which is written in C and faster than the servers. Load generators in JavaScript are
 * not: if the body differs between requests, they reach about the throughput of a bare `Deno.serve`, so that all contenders
 * look the same.
 */

/** A request that is sent repeatedly. */
export interface Shot {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body. {@linkcode FRESH} in body and headers is replaced by a different text each time. */
  readonly body: string;
  /** Expected status if it is above 399, for example of an invalid form. */
  readonly refusal?: number;
}

/** The result of a load. */
export interface Load {
  readonly requestsPerSecond: number;
  /** 99th percentile of the response time, in milliseconds. */
  readonly slowest: number;
}

/** Placeholder for ten digits that are unique to each request. */
export const FRESH = "0123456789";

/** Number of open connections, each with one request at a time. */
const CONNECTIONS = 16;

/**
 * Sends a request repeatedly.
 *
 * @param url URL of the server, without a slash at the end.
 * @param shot The request.
 * @param seconds Duration.
 * @throws {Error} If a response is missing or has an unexpected status.
 */
export async function load(url: string, shot: Shot, seconds: number): Promise<Load> {
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(script, luaOf(url, shot));
    const { success, stdout, stderr } = await new Deno.Command("wrk", {
      args: ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "-s", script, url],
    }).output();
    const text = new TextDecoder().decode(stdout);
    const told = /^RESULT (\S+) (\S+) (\S+) (\S+) (\S+)$/m.exec(text);
    if (!success || told === null) throw new Error(`Cannot load ${url}: ${new TextDecoder().decode(stderr)}${text}`);
    const [requests, microseconds, errors, refusals, slowest] = told.slice(1).map(Number);
    if (errors !== 0 || refusals !== (shot.refusal === undefined ? 0 : requests)) {
      const found = `${errors} did not come, ${refusals} of ${requests} had a status above 399`;
      throw new Error(`Cannot load ${url}${shot.path}: the responses are not as expected: ${found}`);
    }
    return {
      requestsPerSecond: (requests ?? NaN) / ((microseconds ?? NaN) / 1e6),
      slowest: (slowest ?? NaN) / 1000,
    };
  } finally {
    await Deno.remove(script);
  }
}

/** Returns whether `wrk` is available. Installs it on Debian if possible. */
export async function findLoader(): Promise<boolean> {
  if (await runs("wrk", ["-v"])) return true;
  await runs("apt-get", ["install", "-y", "wrk"]);
  return await runs("wrk", ["-v"]);
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    // The program does not exist.
    return false;
  }
}

/** Returns the script that `wrk` runs for each request: the same text with a counter for each placeholder. */
function luaOf(url: string, { method, path, headers, body }: Shot): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === "GET" ? [] : [`Content-Length: ${new TextEncoder().encode(body).length}`]),
  ];
  const parts = `${lines.join("\r\n")}\r\n\r\n${body}`.split(FRESH).map(quote);
  // It starts at a random number, so that two runs share none.
  const begin = 1_000_000_000 + Math.floor(Math.random() * 8_000_000_000);
  return `
local n = ${begin}
request = function()
  n = n + 1
  return ${parts.join(' .. string.format("%.0f", n) .. ')}
end
done = function(summary, latency, requests)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.timeout
  print(string.format("RESULT %d %d %d %d %.0f", summary.requests, summary.duration, errors, e.status, latency:percentile(99)))
end
`;
}

/** Returns a Lua string literal. */
function quote(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const quoted = Array.from(
    bytes,
    (byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\${String(byte).padStart(3, "0")}`,
  );
  return `"${quoted.join("")}"`;
}
