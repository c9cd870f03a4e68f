/**
 * `deno task fuzz [seconds]`: tests every property of `fuzz.ts` for the given time (60 seconds by default), and prints failures
 * with the seed for `fuzz_found.ts`.
 */
import fc from "fast-check";
import { PROPERTIES } from "./fuzz.ts";

const seconds = Number(Deno.args[0] ?? 60);
if (!(seconds > 0)) throw new RangeError(`Cannot fuzz for "${Deno.args[0]}" seconds: a number above 0 is needed`);

const say = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
for (const { name, property } of PROPERTIES) {
  const result = await fc.check(property, {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000 / PROPERTIES.length,
    markInterruptAsFailure: false,
  });
  if (!result.failed) {
    say(`${String(result.numRuns).padStart(9)}  ${name}`);
    continue;
  }
  Deno.exitCode = 1;
  say(`   FAILED  ${name}`);
  say(`           { seed: ${result.seed}, path: "${result.counterexamplePath}" }`);
  say(`           ${fc.stringify(result.counterexample)}`);
  say(
    `           ${result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance)}`,
  );
}
