/** Programs in separate processes, which print their port and end when their standard input closes. */

/** A process that runs a server. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Kills the process, like a crash. */
  kill(): Promise<void>;
  /** Its standard error so far. */
  readonly errors: string;
}

/** Options for starting a process. */
export interface ServerProcessOptions {
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** Variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program and waits for its port. Dispose it to end it; an exit code above 0 then fails the test.
 *
 * @param script The program, as a `file:` URL.
 */
export async function startServer(
  script: string,
  { args = [], env = {} }: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--v8-flags=--expose-gc", script, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env,
  }).spawn();
  let errors = "";
  const listening = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (errors += text) }),
  );
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start ${script}: it ended before it printed its port\n${errors}`);
    text += value;
  }
  let killed = false;
  const end = async (): Promise<Deno.CommandStatus> => {
    await reader.cancel();
    const status = await child.status;
    await listening;
    return status;
  };
  return {
    port: Number(text.trim()),
    pid: child.pid,
    get errors() {
      return errors;
    },
    async kill() {
      killed = true;
      child.kill("SIGKILL");
      await child.stdin.close().catch(() => {}); // The process is gone.
      await end();
    },
    async [Symbol.asyncDispose]() {
      if (killed) return;
      await child.stdin.close().catch(() => {}); // The process may have ended already. Its exit code is checked below.
      const { code } = await end();
      if (code !== 0) throw new Error(`Cannot end the process: its exit code is ${code}\n${errors}`);
    },
  };
}

/** Returns a free port. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Waits until a program has printed some words, and discards its later output, which would otherwise fill the pipe.
 *
 * @param output Its standard output or error.
 * @param words Words that it prints when it is ready.
 * @param name Its name, for the error if it ends before that.
 * @returns Resolves when the stream has ended.
 */
export async function untilSaid(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  words: string,
  name: string,
): Promise<{ readonly drained: Promise<void> }> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  let log = "";
  while (!log.includes(words)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start ${name}: it ended before it printed "${words}"\n${log}`);
    log += value;
  }
  const drain = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  return { drained: drain() };
}
