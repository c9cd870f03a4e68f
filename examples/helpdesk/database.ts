/** Opens the files of the application, and fills the database on the first start. */
import { createSqliteStore } from "@hyper/actions";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import type { Services } from "./app.ts";
import { Tickets } from "./tickets.ts";
import { DEMO, Users } from "./users.ts";

/** Opens a folder, and creates it if needed. */
export async function openServices(folder: string): Promise<Services & AsyncDisposable> {
  await Deno.mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "helpdesk.sqlite"));
  database.exec("PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL");
  const store = await createSqliteStore(join(folder, "store.sqlite"));
  await fill(database);
  return {
    database,
    store,
    key: await readKey(join(folder, "key")),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      database.close();
    },
  };
}

/** Adds the users and some tickets of the demonstration, unless there are some. */
export async function fill(database: DatabaseSync): Promise<void> {
  const [users, tickets] = [new Users(database), new Tickets(database)];
  for (const user of DEMO) await users.add(user);
  const everything = { q: "", status: null, priority: null, sort: "changed", page: 1 } as const;
  if (tickets.find(everything, null).total > 0) return;
  for (const [index, title] of TITLES.entries()) {
    const requester = index % 3 === 0 ? "cleo" : "bob";
    const priority = (["normal", "high", "low"] as const)[index % 3] ?? "normal";
    tickets.add(
      { title, body: `${title} since this morning.`, priority, category: "hardware", topic: "printer" },
      requester,
    );
  }
}

const TITLES = [
  "Printer is out of paper",
  "Laptop does not start",
  "Mail arrives late",
  "Phone has no signal",
  "Account is locked",
  "Badge does not open the door",
  "Browser shows a blank page",
  "Screen flickers",
  "Keyboard misses letters",
  "Calendar has the wrong time",
  "Projector stays dark",
  "Spreadsheet is read-only",
];

/** Returns the secret of this installation, and makes it on the first start. */
async function readKey(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = crypto.getRandomValues(new Uint8Array(32)).toHex();
  await Deno.writeTextFile(path, key, { mode: 0o600 });
  return key;
}
