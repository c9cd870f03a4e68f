/**
 * A server that is measured: a process of its own on a free port of loopback, which ends with the one that started it.
 */

/** A server that runs. */
export interface Contender extends AsyncDisposable {
  /** Name in tables. */
  readonly name: string;
  /** Its URL, without a trailing slash. */
  readonly url: string;
  /** Its process. */
  readonly pid: number;
  /** Time from its start to the line with its port, in milliseconds. */
  readonly startedIn: number;
}

/**
 * Starts a server and waits for its port.
 *
 * @param name What it is called.
 * @param script Its module, in this folder. Its first line of output is the port.
 * @param args Its arguments.
 */
export async function startContender(name: string, script: string, args: readonly string[] = []): Promise<Contender> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, new URL(script, import.meta.url).pathname, ...args],
    // Standard input closes with the process that holds it, and the server ends when it does.
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start "${name}": it ended before it told its port`);
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
      await child.stdin.abort().catch(() => {}); // The pipe broke because the process has ended.
      await child.status;
    },
  };
}

/** Clock ticks in a second of `/proc/<pid>/stat`; 100 on every Linux of today. */
const TICKS = 100;

/** Seconds of processor time that a process has used, all its threads together; `null` where the system does not say. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  const stat = await readProc(`/proc/${pid}/stat`);
  // What follows the name of the program, which may hold anything; utime and stime are the 12th and 13th after it.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** The most memory a process has had at once, in mebibytes; `null` where the system does not say. */
export async function peakMemory(pid: number): Promise<number | null> {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(await readProc(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

async function readProc(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    // Not Linux: this value is optional, and the tables omit it.
    return null;
  }
}
