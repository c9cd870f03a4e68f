/** Several instances on this machine: a Redis, the processes, and a proxy that hands requests to them in turn. */
import { fromFileUrl } from "@std/path";

/** The running processes. */
export interface Cluster extends AsyncDisposable {
  /** Hands a request to the next instance that is there. */
  readonly proxy: (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Promise<Response>;
}

/** Starts Redis and the instances. */
export async function startCluster(count: number): Promise<Cluster> {
  await using starting = new AsyncDisposableStack();
  const redisPort = freePort();
  await startRedis(redisPort, starting);
  const urls = await Promise.all(
    Array.from({ length: count }, () => startInstance(`redis://127.0.0.1:${redisPort}`, starting)),
  );
  const stack = starting.move();
  let turn = 0;
  return {
    async proxy(request, { remoteAddr }) {
      const { pathname, search, host, protocol } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.set("x-forwarded-host", host);
      headers.set("x-forwarded-proto", protocol.slice(0, -1));
      headers.set("x-forwarded-for", remoteAddr.hostname);
      // Read before it is sent, so that another instance can have it: an example has no large files.
      const body = request.body === null ? null : await request.arrayBuffer();
      for (let attempt = 0; attempt < urls.length; attempt++) {
        const url = `${urls[turn++ % urls.length]}${pathname}${search}`;
        try {
          return await fetch(url, { method: request.method, headers, body, redirect: "manual" });
        } catch {
          // This one is gone: the next. A call that it had begun runs once, by its id.
        }
      }
      return new Response("No instance is there", { status: 502, headers: { "retry-after": "1" } });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startRedis(port: number, stack: AsyncDisposableStack): Promise<void> {
  const command = new Deno.Command("redis-server", {
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    // Not reached by the ctrl-c that ends the instances: they need it until they have ended.
    detached: true,
  });
  let process: Deno.ChildProcess;
  try {
    process = command.spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("Cannot start several instances: redis-server is not installed (Debian: redis-server)", {
      cause: error,
    });
  }
  await untilSaid(process, /Ready to accept connections/, stack);
}

async function startInstance(redis: string, stack: AsyncDisposableStack): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", fromFileUrl(import.meta.resolve("./main.ts"))],
    env: { PORT: "0", REDIS_URL: redis },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const [, port = ""] = await untilSaid(process, /http:\/\/localhost:(\d+)/, stack);
  return `http://127.0.0.1:${port}`;
}

/** Waits until a process has said that it is ready, and ends it with everything else. */
async function untilSaid(
  process: Deno.ChildProcess,
  ready: RegExp,
  stack: AsyncDisposableStack,
): Promise<RegExpExecArray> {
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let isOver = false;
  void process.status.then(() => isOver = true);
  stack.defer(async () => {
    if (!isOver) process.kill("SIGTERM");
    await process.status;
  });
  let said = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start an instance: it has ended, and said: ${said}`);
    said += value;
    const match = ready.exec(said);
    if (match === null) continue;
    // Further output must not fill the pipe.
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return match;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
