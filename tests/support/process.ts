/** A program of ours in a process of its own, which prints its port and ends when its standard input closes. */

/** A process that serves. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Ends it as a crash would: at once, with nothing said. */
  kill(): Promise<void>;
  /** Its output to standard error so far. */
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
 * Starts a program and waits for its port. Disposed, it is asked to end; an end with an error code then fails the test.
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
    if (done) throw new Error(`Cannot start ${script}: it ended before it told its port\n${errors}`);
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
      await child.stdin.close().catch(() => {}); // Its other end is gone.
      await end();
    },
    async [Symbol.asyncDispose]() {
      if (killed) return;
      await child.stdin.close().catch(() => {}); // A process that has died has closed it already, and its code tells why.
      const { code } = await end();
      if (code !== 0) throw new Error(`The process ended with code ${code}\n${errors}`);
    },
  };
}

/** Returns a free port. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Waits until a program has printed some words, and discards its further output, which must not fill the pipe.
 *
 * @param output Its standard output or error.
 * @param words The words that it prints when it is ready.
 * @param name What it is called where it ends before that.
 * @returns Settles when the stream has ended.
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
    if (done) throw new Error(`Cannot start ${name}: it ended before it said "${words}"\n${log}`);
    log += value;
  }
  const drain = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  return { drained: drain() };
}
