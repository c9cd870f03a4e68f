/** A Redis of one's own: a process on a free port, with nothing in it, that ends with its test. */

import { freePort, untilSaid } from "./process.ts";

/** `true` if `redis-server` is installed. */
export const hasRedis: boolean = await isInstalled();

/**
 * Declares a test that needs Redis. If the program is not installed, the test is skipped, and the run prints how to install it;
 * with `CI=true` it fails.
 */
export function redisTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isLeftOut, fn });
}

/** `true` if the tests of Redis are skipped in this run. */
export const isLeftOut: boolean = !hasRedis && Deno.env.get("CI") !== "true";

if (isLeftOut) {
  // deno-lint-ignore no-console -- what is left out must not be taken for passed
  console.warn("Tests that need Redis are left out: redis-server is missing, install it (Debian: redis-server)");
}

/** A running Redis. */
export interface RedisServer extends AsyncDisposable {
  /** URL of the server. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
  /** Holds the process: its connections stay open, and nothing is answered. */
  pause(): void;
  /** Lets it go on, with what was sent to it meanwhile. */
  resume(): void;
  /** Ends it, with all it had. */
  stop(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Ends it at once, for a handler that cannot wait. */
  kill(): void;
}

/**
 * Starts a Redis.
 *
 * @param port The port; a free one where none is given.
 * @throws {Error} When it does not start.
 */
export async function startRedis(port: number = freePort()): Promise<RedisServer> {
  let child = await spawn(port);
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => child.process.kill("SIGSTOP"),
    resume: () => child.process.kill("SIGCONT"),
    kill() {
      child.process.kill("SIGKILL");
      Deno.removeSync(child.folder, { recursive: true });
    },
    async stop() {
      await child.end();
    },
    async start() {
      child = await spawn(port);
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return server;
}

interface Child {
  readonly process: Deno.ChildProcess;
  /** Folder of its data. */
  readonly folder: string;
  end(): Promise<void>;
}

async function spawn(port: number): Promise<Child> {
  // A replica writes what it was sent into a file.
  const folder = await Deno.makeTempDir();
  const process = new Deno.Command("redis-server", {
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let isEnded = false;
  const { drained } = await untilSaid(process.stdout, "Ready to accept connections", `redis-server on port ${port}`);
  return {
    process,
    folder,
    async end() {
      if (isEnded) return;
      isEnded = true;
      process.kill("SIGKILL");
      await drained;
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function isInstalled(): Promise<boolean> {
  try {
    return (await new Deno.Command("redis-server", { args: ["--version"], stdout: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
