/** Locks a SQLite file in another process. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { untilSaid } from "./process.ts";

/** A lock that another process holds. */
export interface Lock extends AsyncDisposable {
  /** Releases the lock. */
  free(): Promise<void>;
}

/** Starts a process that locks a SQLite file. */
export async function lockFile(path: string): Promise<Lock> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", fromFileUrl(import.meta.resolve("./hold_lock.ts")), path],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { drained } = await untilSaid(child.stdout, "locked", "hold_lock.ts");
  let isFree = false;
  const free = async (): Promise<void> => {
    if (isFree) return;
    isFree = true;
    await child.stdin.close();
    await drained;
    assertEquals((await child.status).code, 0);
  };
  return { free, [Symbol.asyncDispose]: free };
}
