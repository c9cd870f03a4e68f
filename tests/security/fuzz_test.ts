/** Tests each property of `fuzz.ts` for a second with new values, and once with values that have failed before. */
import fc from "fast-check";
import { FOUND } from "./fuzz_found.ts";
import { PROPERTIES } from "./fuzz.ts";

/** Duration for each property in a run of all tests, in milliseconds. `deno task fuzz` has its own. */
const BUDGET = 1_000;

for (const { name, property } of PROPERTIES) {
  Deno.test(name, async () => {
    for (const { seed, path } of FOUND.get(name) ?? []) {
      await fc.assert(property, { seed, path, numRuns: 1 });
    }
    await fc.assert(property, { numRuns: 5_000, interruptAfterTimeLimit: BUDGET, markInterruptAsFailure: false });
  });
}

Deno.test("each seed in fuzz_found.ts names an existing property", () => {
  const names = new Set(PROPERTIES.map(({ name }) => name));
  for (const name of FOUND.keys()) {
    if (!names.has(name)) throw new Error(`Cannot find the property "${name}": was it renamed?`);
  }
});
