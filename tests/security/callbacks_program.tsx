/**
 * Calls every failing function of an application, in a process that an unhandled rejection ends. Before each call it prints the
 * function, so that the last line names the one that has ended the process. Then it prints the result.
 */
import { captureConsole } from "../support/app.tsx";
import { Apps, BEYOND_TYPES, type Exercise, EXERCISES, type Way, WAYS } from "./callbacks.tsx";

/** Result of a function. */
export interface Result {
  readonly name: string;
  readonly way: string;
  readonly onError: number;
  readonly console: number;
  readonly answer: number | "rejected" | null;
}

const say = (line: object): void =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`)) as never;
const lines: string[] = [];
// The test counts the lines that the program logs.
const restore = captureConsole(lines);

/** Waits until all pending work has ended, including timers of a few milliseconds. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 4));
}

async function run(name: string, exercise: Exercise, way: Way): Promise<void> {
  say({ about: `${name}, which ${way}` });
  lines.length = 0;
  const failure = new Error(`boom: ${name} ${way}`);
  const apps = new Apps();
  const answer = await exercise.run(apps, () => WAYS[way](failure) as never);
  await settle();
  await apps.close();
  await settle();
  const result: Result = {
    name,
    way,
    onError: apps.errors.filter((told) => causes(told).includes(failure)).length,
    console: lines.filter((line) => line.includes(failure.message)).length,
    answer: answer ?? null,
  };
  say(result);
}

/** An error and its causes. */
function causes(error: unknown): readonly unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causes(error.cause)] : [error];
}

if (Deno.args[0] === "unhandled") {
  // The control: an unhandled rejection, which ends this process.
  Promise.reject(new Error("not handled"));
  await settle();
}
for (const [name, exercise] of Object.entries({ ...EXERCISES, ...BEYOND_TYPES })) {
  for (const way of exercise.ways ?? (Object.keys(WAYS) as Way[])) await run(name, exercise, way);
}
restore();
say({ about: "the end" });
