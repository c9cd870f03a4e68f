/**
 * Measures response times of an honest client while two hundred slow attackers of each kind use the same server: without an
 * attack, during each attack, and during all of them. The limit is three times the 99th percentile without an attack.
 *
 * `deno run -A tests/bench/honest_client.ts [attackers]`. About half a minute.
 */
import { formActionUrl } from "@hyper/actions";
import { type ServerProcess, startServer } from "../support/process.ts";

const ATTACKERS = Number(Deno.args[0] ?? 200);
const REQUESTS = 3_000;
const WARM_UP = 6_000;
/** Time between two bytes of a slow attacker, in milliseconds. */
const DRIP = 1_000;
const BAR = 3;

const HEAD = `POST ${formActionUrl("save")} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
const FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n";
const STREAM = "HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n";

/** Data that an attacker sends at once, and then one byte at a time. */
interface Attack {
  readonly name: string;
  readonly first: string;
  readonly drip: string;
}

const ATTACKS: readonly Attack[] = [
  { name: "connections without a byte", first: "", drip: "" },
  { name: "headers that do not end", first: "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", drip: "" },
  { name: "headers sent one byte at a time", first: "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ", drip: "a" },
  { name: "bodies that do not arrive", first: `${HEAD}${FORM}`, drip: "" },
  { name: "bodies sent one byte at a time", first: `${HEAD}${FORM}title=`, drip: "a" },
  { name: "streams that no client reads", first: `GET /?_action=watch&pause=100 ${STREAM}`, drip: "" },
  { name: "large requests without a pause", first: `GET /?_action=watch ${STREAM}`, drip: "" },
];

const encoder = new TextEncoder();

/** Running attackers. Dispose it to stop them. */
async function attack(server: ServerProcess, attacks: readonly Attack[], count: number): Promise<Disposable> {
  const connections: Deno.TcpConn[] = [];
  const drips: { readonly connection: Deno.TcpConn; readonly byte: Uint8Array }[] = [];
  for (let at = 0; at < count; at++) {
    const { first, drip } = attacks[at % attacks.length] ?? { first: "", drip: "" };
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    if (first !== "") await connection.write(encoder.encode(first));
    connections.push(connection);
    if (drip !== "") drips.push({ connection, byte: encoder.encode(drip) });
  }
  const timer = setInterval(() => {
    // A connection that the server has closed is no longer part of the attack.
    for (const { connection, byte } of drips) connection.write(byte).catch(() => {});
  }, DRIP);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      for (const connection of connections) connection.close();
    },
  };
}

/** Returns the response times of an honest client, in milliseconds: pages and forms alternately. */
async function visit(server: ServerProcess, requests: number): Promise<number[]> {
  const base = `http://127.0.0.1:${server.port}`;
  const times: number[] = [];
  for (let request = 0; request < requests; request++) {
    const started = performance.now();
    const response = request % 2 === 0 ? await fetch(`${base}/`) : await fetch(`${base}${formActionUrl("save")}`, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ title: "honest" }),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`An honest visitor was answered with ${response.status}`);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

function percentile(times: readonly number[], share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

const say = (text: string): void => void Deno.stdout.writeSync(encoder.encode(`${text}\n`));
const cell = (value: number): string => value.toFixed(2).padStart(9);

await using server = await startServer(import.meta.resolve("../security/faults_server.tsx"));
await visit(server, WARM_UP);
// Measured without an attack before and after, so that other load on the machine does not count as an attack.
const before = await visit(server, REQUESTS);
say(`${ATTACKERS} attackers of each kind, ${REQUESTS} requests of one honest visitor, milliseconds\n`);
say(`${"".padEnd(30)}      p50       p99     p99 / quiet`);
const quiet = percentile(before, 0.99);
say(`${"quiet".padEnd(30)}${cell(percentile(before, 0.5))} ${cell(quiet)}`);
let worst = 0;
for (const attacks of [...ATTACKS.map((one) => [one]), ATTACKS]) {
  const name = attacks.length === 1 ? attacks[0]?.name ?? "" : "all of these at once";
  using _attackers = await attack(server, attacks, ATTACKERS * attacks.length);
  const times = await visit(server, REQUESTS);
  const p99 = percentile(times, 0.99);
  worst = Math.max(worst, p99 / quiet);
  say(`${name.padEnd(30)}${cell(percentile(times, 0.5))} ${cell(p99)} ${cell(p99 / quiet)}`);
}
const after = await visit(server, REQUESTS);
say(`${"quiet again".padEnd(30)}${cell(percentile(after, 0.5))} ${cell(percentile(after, 0.99))}`);
say(`\nThe worst is ${worst.toFixed(2)} times the quiet, the bar is ${BAR}: ${worst <= BAR ? "kept" : "MISSED"}`);
if (worst > BAR) Deno.exitCode = 1;
