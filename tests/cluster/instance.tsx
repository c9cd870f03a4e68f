/**
 * One of several instances of a small board: `instance.tsx <Redis url> <database file>`. Prints its port, and serves until
 * it is killed.
 */
import { DatabaseSync } from "node:sqlite";
import { action, createHandler, html, live } from "../../mod.ts";
import { createRedisBus, createRedisStore } from "@hyper/actions/redis";

const [url = "", path = ""] = Deno.args;

const database = new DatabaseSync(path);
database.exec("PRAGMA busy_timeout = 10000");

interface Row {
  readonly name: string;
  readonly text: string;
}

function Line({ row }: { readonly row: Row }) {
  return <li id={row.name}>{row.text}</li>;
}

function Board() {
  const rows = database.prepare("SELECT name, text FROM rows").all() as unknown as Row[];
  return <ul id="board">{rows.map((row) => <Line key={row.name} row={row} />)}</ul>;
}

const watch = action("watch", { method: "GET" }, () => live("board", { refresh: "#board" }));

// If an instance dies before it has stored the outcome, its claim expires and the retry runs again. Therefore the id of the
// call is written in the same transaction as the change.
const write = action("write", async ({ data, requestId, publish }) => {
  const row: Row = { name: String(data.name), text: String(data.text) };
  database.exec("BEGIN IMMEDIATE");
  database.prepare("INSERT INTO runs (id) VALUES (?)").run(requestId);
  const isDone = database.prepare("SELECT 1 FROM changes WHERE id = ?").get(requestId) !== undefined;
  if (!isDone) {
    database.prepare("INSERT INTO changes (id) VALUES (?)").run(requestId);
    database.prepare("INSERT OR REPLACE INTO rows (name, text) VALUES (?, ?)").run(row.name, row.text);
  }
  database.exec("COMMIT");
  const item = html(<Line row={row} />, { target: "#board", swap: "append" });
  await publish("board", item);
  return item;
});

const handler = createHandler({
  baseDir: null,
  pages: [{ path: "/", load: () => Promise.resolve({ default: Board, watch, write }) }],
  store: await createRedisStore({ url }),
  bus: await createRedisBus({ url }),
  idempotency: { leaseSeconds: 5 },
  limits: { streamsPerCaller: 100 },
});

// deno-lint-ignore no-console -- the test reads the port here
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, handler);
