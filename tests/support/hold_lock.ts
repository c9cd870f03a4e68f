/** A program that locks a SQLite file until its standard input closes. */
import { DatabaseSync } from "node:sqlite";

using database = new DatabaseSync(Deno.args[0] ?? "");
database.exec("PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE");
await Deno.stdout.write(new TextEncoder().encode("locked\n"));
for await (const _ of Deno.stdin.readable);
database.exec("ROLLBACK");
