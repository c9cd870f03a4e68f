/** Several instances on this machine: Redis, the processes, and a proxy that distributes requests to them. */
import { fromFileUrl } from "@std/path";

/** The running processes. */
export interface Cluster extends AsyncDisposable {
  /** Forwards a request to the next available instance. */
  readonly proxy: (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Promise<Response>;
}

/** Starts Redis and the instances. */
export async function startCluster(count: number): Promise<Cluster> {
  await using starting = new AsyncDisposableStack();
  const redisPort = freePort();
  await startRedis(redisPort, starting);
  const env = { PORT: "0", REDIS_URL: `redis://127.0.0.1:${redisPort}`, BOARD_KEY: crypto.randomUUID() };
  const urls = await Promise.all(
    Array.from({ length: count }, () => startInstance(env, starting)),
  );
  const stack = starting.move();
  let next = 0;
  return {
    async proxy(request, { remoteAddr }) {
      const { pathname, search, host, protocol } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.set("x-forwarded-host", host);
      headers.set("x-forwarded-proto", protocol.slice(0, -1));
      headers.set("x-forwarded-for", remoteAddr.hostname);
      // Read first, so that it can be sent to another instance; this example has no large files.
      const body = request.body === null ? null : await request.arrayBuffer();
      for (let attempt = 0; attempt < urls.length; attempt++) {
        const url = `${urls[next++ % urls.length]}${pathname}${search}`;
        try {
          return await fetch(url, { method: request.method, headers, body, redirect: "manual" });
        } catch {
          // This instance has stopped: try the next. A call that it has started runs only once, by its request ID.
        }
      }
      return new Response("No instance is available", { status: 502, headers: { "retry-after": "1" } });
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
    // Does not get the Ctrl+C that ends the instances: they need Redis until they have ended.
    detached: true,
  });
  let process: Deno.ChildProcess;
  try {
    process = command.spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      "Cannot start several instances: redis-server is not installed; install it (Debian: apt install redis-server)",
      {
        cause: error,
      },
    );
  }
  await untilReady(process, /Ready to accept connections/, stack);
}

async function startInstance(env: Record<string, string>, stack: AsyncDisposableStack): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", fromFileUrl(import.meta.resolve("./main.ts"))],
    env,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const [, port = ""] = await untilReady(process, /http:\/\/localhost:(\d+)/, stack);
  return `http://127.0.0.1:${port}`;
}

/** Waits until the output of a process shows that it is ready, and ends the process with the stack. */
async function untilReady(
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
  let output = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start an instance: it has ended with the output: ${output}`);
    output += value;
    const match = ready.exec(output);
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
