/** T15, T16, T22, T23, T50: clients that disconnect, send slowly, send nothing or read nothing, on real sockets. */
import { assert, assertEquals } from "@std/assert";
import { formActionUrl } from "../../mod.ts";
import { type ServerProcess, startServer } from "../support/process.ts";
import { sendRaw } from "../support/raw.ts";

const SCRIPT = import.meta.resolve("./faults_server.tsx");
const MEBIBYTE = 1_048_576;
const ACTION = formActionUrl("save");
const TYPE = "Content-Type: multipart/form-data; boundary=b";
const PART = '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n';
const FILE = '--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n';

interface Health {
  readonly open: number;
  readonly items: number;
  readonly runs: number;
  readonly reports: number;
  readonly rss: number;
}

/** An honest client: the response and its duration. */
async function ask(server: ServerProcess, path = "/"): Promise<{ readonly status: number; readonly ms: number }> {
  const started = performance.now();
  const { status, text } = await fetchText(server, path);
  assert(text.length > 0);
  return { status, ms: performance.now() - started };
}

async function health(server: ServerProcess): Promise<Health> {
  const { status, text } = await fetchText(server, "/?_action=health");
  assertEquals(status, 200, text);
  return (JSON.parse(text) as { data: Health }).data;
}

async function fetchText(
  server: ServerProcess,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`${path} was not answered`)), 10_000);
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers, signal: controller.signal });
    return { status: response.status, text: await response.text() };
  } finally {
    clearTimeout(timer);
  }
}

/** Requests the state of the server until it is as expected. */
async function healthUntil(server: ServerProcess, isFine: (state: Health) => boolean): Promise<Health> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const state = await health(server);
    if (isFine(state) || performance.now() > deadline) return state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Opens a connection and writes bytes to it. The caller closes it. */
async function connect(server: ServerProcess, bytes = ""): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(new TextEncoder().encode(bytes));
  return connection;
}

const HEAD = `POST ${ACTION} HTTP/1.1\r\nHost: 127.0.0.1\r\n${TYPE}\r\n`;
const GET = "GET /?_action=watch HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n";

const DEPARTURES: readonly (readonly [what: string, bytes: string])[] = [
  ["before a byte", ""],
  ["in the request line", "POST /_next/fo"],
  ["in the headers", HEAD.slice(0, -20)],
  ["after the headers", `${HEAD}Content-Length: 100000\r\n\r\n`],
  ["in a field", `${HEAD}Content-Length: 100000\r\n\r\n${PART.slice(0, 40)}`],
  ["in a file", `${HEAD}Content-Length: 2000000\r\n\r\n${PART}${FILE}${"x".repeat(200_000)}`],
  ["in a chunk", `${HEAD}Transfer-Encoding: chunked\r\n\r\n1000\r\n--b\r\n`],
  ["before the response", `POST /?_action=slow HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`],
  ["before a page", `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
];

Deno.test("T23, T50: clients that disconnect at any step leave no resources behind, and other clients get responses", async () => {
  await using server = await startServer(SCRIPT);
  const before = await health(server);
  for (const [what, bytes] of DEPARTURES) {
    for (let visitor = 0; visitor < 20; visitor++) (await connect(server, bytes)).close();
    assertEquals((await ask(server)).status, 200, what);
  }
  const after = await healthUntil(server, ({ runs }) => runs === 20);
  // A mutation runs to its end without its client. An interrupted body is not logged.
  assertEquals([after.open, after.runs, after.reports], [0, 20, 0]);
  assert(after.rss - before.rss < 100 * MEBIBYTE, `${(after.rss - before.rss) / MEBIBYTE} MiB more`);
  assertEquals(server.errors, "");
});

Deno.test("T23: a GET stream ends when its client disconnects, at once or in the middle", async () => {
  await using server = await startServer(SCRIPT);
  for (let reader = 0; reader < 40; reader++) {
    const connection = await connect(server, GET);
    if (reader % 2 === 0) await connection.read(new Uint8Array(500));
    connection.close();
  }
  const { open, reports } = await healthUntil(server, ({ open }) => open === 0);
  assertEquals([open, reports, server.errors], [0, 0, ""]);
});

Deno.test("T50: the generator of a POST runs to its end when its client disconnects in the middle", async () => {
  await using server = await startServer(SCRIPT);
  for (let reader = 0; reader < 10; reader++) {
    const connection = await connect(
      server,
      "POST /?_action=work HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nContent-Length: 0\r\n\r\n",
    );
    await connection.read(new Uint8Array(500));
    connection.close();
  }
  const { runs, reports } = await healthUntil(server, ({ runs }) => runs === 10);
  assertEquals([runs, reports, server.errors], [10, 0, ""]);
});

Deno.test("T22: clients that stop reading fast streams use bounded memory, and other clients get responses", async () => {
  await using server = await startServer(SCRIPT);
  const before = await health(server);
  const connections = [];
  for (let reader = 0; reader < 20; reader++) connections.push(await connect(server, GET));
  let last = await healthUntil(server, ({ open }) => open === 20);
  assertEquals(last.open, 20);
  // These items fill the buffers of the kernel for each connection. After that, the generators are not asked for more.
  for (let quiet = 0; quiet < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await health(server);
    quiet = now.items === last.items ? quiet + 1 : 0;
    last = now;
    assert(last.items < 20 * 500, `${last.items} items were made for nobody`);
  }
  const more = last.rss - before.rss;
  assert(more < 100 * MEBIBYTE, `${more / MEBIBYTE} MiB more`);
  for (const connection of connections) connection.close();
  assertEquals((await healthUntil(server, ({ open }) => open === 0)).open, 0);
});

Deno.test("T15: hundreds of stalled bodies are rejected after bodySeconds, and other clients get responses meanwhile", async () => {
  await using server = await startServer(SCRIPT);
  const before = await health(server);
  const stalled = [];
  for (let sender = 0; sender < 300; sender++) {
    stalled.push(await connect(server, `${HEAD}Content-Length: 100000\r\n\r\n${PART}`));
  }
  for (let visitor = 0; visitor < 20; visitor++) {
    const { status, ms } = await ask(server);
    assertEquals([status, ms < 1_000], [200, true], `${ms} ms`);
  }
  const answers = await Promise.all(stalled.map(async (connection) => {
    const buffer = new Uint8Array(100);
    await connection.read(buffer);
    return new TextDecoder().decode(buffer).slice(0, 12);
  }));
  assertEquals(new Set(answers), new Set(["HTTP/1.1 408"]));
  for (const connection of stalled) connection.close();
  const after = await health(server);
  assertEquals([after.runs, after.reports], [0, 0]);
  assert(after.rss - before.rss < 100 * MEBIBYTE, `${(after.rss - before.rss) / MEBIBYTE} MiB more`);
});

Deno.test("T16: hundreds of connections with unfinished headers do not delay other clients", async () => {
  await using server = await startServer(SCRIPT);
  const open = [];
  for (let sender = 0; sender < 300; sender++) {
    open.push(
      await connect(server, sender % 3 === 0 ? "" : sender % 3 === 1 ? "GET / HT" : "GET / HTTP/1.1\r\nHost: a\r\nX: "),
    );
  }
  for (let visitor = 0; visitor < 20; visitor++) {
    const { status, ms } = await ask(server);
    assertEquals([status, ms < 1_000], [200, true], `${ms} ms`);
  }
  for (const connection of open) connection.close();
  assertEquals((await health(server)).reports, 0);
});

/** Returns how many connections this machine allows, up to ten thousand, with a reserve. */
async function manyConnections(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const descriptors = Number(new TextDecoder().decode(stdout));
  return Number.isNaN(descriptors) ? 10_000 : Math.min(10_000, descriptors - 500);
}

Deno.test("T15, T16: ten thousand half-open requests do not delay other clients, use bounded memory, and leave nothing behind", async () => {
  await using server = await startServer(SCRIPT, { args: ["60"] });
  const before = await health(server);
  const count = await manyConnections();
  const firsts = ["", "GET / HTTP/1.1\r\nHost: a\r\nX: ", `${HEAD}Content-Length: 100000\r\n\r\n${PART}`];
  const open: Deno.TcpConn[] = [];
  while (open.length < count) {
    const batch = Array.from(
      { length: Math.min(100, count - open.length) },
      (_, at) => connect(server, firsts[at % 3]),
    );
    open.push(...await Promise.all(batch));
  }
  for (let visitor = 0; visitor < 20; visitor++) {
    const { status, ms } = await ask(server);
    assertEquals([status, ms < 1_000], [200, true], `${ms} ms`);
  }
  const { rss } = await health(server);
  const each = (rss - before.rss) / count;
  // A pending read of Deno would use 64 KiB, and as much again for its copy.
  assert(each < 40 * 1_024, `${count} half-open requests took ${each} bytes each`);
  for (const connection of open) connection.close();
  const after = await health(server);
  assertEquals([after.runs, after.reports, server.errors], [0, 0, ""]);
});

for (
  const [what, type, before] of [
    ["a form", "application/x-www-form-urlencoded", "title="],
    ["a field", "multipart/form-data; boundary=b", PART.slice(0, -3)],
    ["a file", "multipart/form-data; boundary=b", FILE],
  ] as const
) {
  Deno.test(`T12: ${what} in chunks of one byte uses memory for its size, not for a buffer per chunk`, async () => {
    await using server = await startServer(SCRIPT, { args: ["60"] });
    const quiet = await health(server);
    const chunked = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
    const head =
      `POST ${ACTION} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const connection = await connect(server, head + chunked(before));
    const thousand = new TextEncoder().encode(chunked("a").repeat(1_000));
    for (let round = 0; round < 30; round++) {
      for (let at = 0; at < thousand.length;) at += await connection.write(thousand.subarray(at));
      // Garbage of unfinished reads is collected meanwhile.
      if (round % 5 === 4) await health(server);
    }
    const more = (await health(server)).rss - quiet.rss;
    // With a buffer of 4 KiB for each, it would be at least 120 MiB.
    assert(more < 60 * MEBIBYTE, `${more / MEBIBYTE} MiB more`);
    connection.close();
  });
}

Deno.test("T12, T13: hundreds of bodies above a limit are rejected in bounded memory", async () => {
  await using server = await startServer(SCRIPT);
  const before = await health(server);
  const large = `${HEAD}Content-Length: 3000000\r\n\r\n${PART}${FILE}${"x".repeat(2_900_000)}`;
  const many = `POST /?_action=slow HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
    `Content-Length: 1000000\r\n\r\n${"a&".repeat(500_000)}`;
  let told = 0;
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, sender) => sendRaw(server.port, sender % 2 === 0 ? large : many)),
    );
    for (const { status } of answers) assert(status === 413 || status === 0, String(status));
    told += answers.filter(({ status }) => status === 413).length;
  }
  // A client that is still sending when the connection closes may miss the response.
  assert(told > 100, `${told} of 200 were told`);
  const after = await health(server);
  assertEquals([after.runs, after.reports, server.errors], [0, 0, ""]);
  assert(after.rss - before.rss < 150 * MEBIBYTE, `${(after.rss - before.rss) / MEBIBYTE} MiB more`);
});
