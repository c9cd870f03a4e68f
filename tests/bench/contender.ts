/**
 * A server that is measured: a separate process on a free loopback port, which ends with the process that started it.
 */

/** A running server. */
export interface Contender extends AsyncDisposable {
  /** Name in tables. */
  readonly name: string;
  /** URL, without a slash at the end. */
  readonly url: string;
  /** The process. */
  readonly pid: number;
  /** Time from the start until it printed its port, in milliseconds. */
  readonly startedIn: number;
}

/**
 * Starts a server and waits for its port.
 *
 * @param name Name in tables.
 * @param script Its module, relative to this one. The first line of its output is the port.
 * @param args Arguments of the program.
 */
export async function startContender(name: string, script: string, args: readonly string[] = []): Promise<Contender> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, new URL(script, import.meta.url).pathname, ...args],
    // The server ends when its standard input closes, which is when this process ends.
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start "${name}": it ended before it printed its port`);
    line += value;
  }
  return {
    name,
    url: `http://127.0.0.1:${line.trim()}`,
    pid: child.pid,
    startedIn: performance.now() - begun,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.stdin.abort().catch(() => {}); // The process has ended already.
      await child.status;
    },
  };
}

/** Clock ticks per second in `/proc/<pid>/stat`: 100 on every current Linux. */
const TICKS = 100;

/** Returns the processor time of all threads of a process, in seconds; `null` if unknown. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  const stat = await readProc(`/proc/${pid}/stat`);
  // The fields after the name of the program, which may contain anything: utime and stime are the 12th and 13th.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Returns the peak memory of a process, in MiB; `null` if unknown. */
export async function peakMemory(pid: number): Promise<number | null> {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(await readProc(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

async function readProc(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    // Not Linux: the tables omit this value.
    return null;
  }
}
