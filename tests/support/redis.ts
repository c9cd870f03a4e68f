/** Starts an empty Redis on a free port for one test. */

import { freePort, untilSaid } from "./process.ts";

/** `true` if `redis-server` is installed. */
export const hasRedis: boolean = await isInstalled();

/**
 * Declares a test that needs Redis. Without `redis-server`, the test is skipped with a warning, or fails with `CI=true`.
 */
export function redisTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isLeftOut, fn });
}

/** `true` if tests of Redis are skipped in this run. */
export const isLeftOut: boolean = !hasRedis && Deno.env.get("CI") !== "true";

if (isLeftOut) {
  // deno-lint-ignore no-console -- a skipped test must not look like a passed one
  console.warn("Tests that need Redis are skipped: redis-server is missing; install it (Debian: redis-server)");
}

/** A running Redis. */
export interface RedisServer extends AsyncDisposable {
  /** Its URL. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
  /** Pauses the process: its connections stay open without replies. */
  pause(): void;
  /** Resumes the process, which handles what was sent in the meantime. */
  resume(): void;
  /** Ends the process, and deletes its data. */
  stop(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Kills the process, for an event listener that cannot wait. */
  kill(): void;
}

/**
 * Starts a Redis.
 *
 * @param port The port. Default: a free one.
 * @throws {Error} If it does not start.
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
  /** Folder for its files. */
  readonly folder: string;
  end(): Promise<void>;
}

async function spawn(port: number): Promise<Child> {
  // A replica writes the data of its primary to a file.
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

/** Repeats an attempt until it succeeds, for at most ten seconds. */
export async function untilReachable(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return void await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      // Redis cannot be reached yet.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
