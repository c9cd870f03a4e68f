/**
 * Sets a time limit for each test, so that one that waits for ever, or loops, fails by its name. `deno task test` loads it before each
 * file; a file whose tests may loop imports it as well, for runs of that file alone.
 *
 * @module
 */

/** Time for a test, in milliseconds. */
const LIMIT_MS = 60_000;
/**
 * Time for a test that hashes passwords, or starts browsers or other processes, on a slow machine. A visit to a page has a limit of its
 * own, and single events have less: see `withinTime()`.
 */
const SLOW_LIMIT_MS = 600_000;
/** The files of such tests. */
const SLOW = /\/examples\/|\/tests\/(?:(?:bench|browser|cluster|deployment|security)\/|[a-z_]+\.tsx?$)/;

const register = Deno.test;
const limit = SLOW.test(Deno.mainModule) ? SLOW_LIMIT_MS : LIMIT_MS;

/** Registers a test with the limit, unless it has its own. */
function registerWithLimit(
  ...args: readonly (string | Partial<Deno.TestDefinition> | Deno.TestDefinition["fn"])[]
): void {
  const options = args.find((arg) => typeof arg === "object");
  const fn = args.find((arg) => typeof arg === "function") ?? options?.fn;
  const [first] = args;
  const name = typeof first === "string" ? first : options?.name ?? fn?.name;
  if (name === undefined || fn === undefined) throw new TypeError("Cannot register a test: it has no name or function");
  register({ timeout: limit, ...options, name, fn });
}

// The file may be loaded twice: before all, and by the import of a test.
if (!("hasLimit" in register)) {
  Object.defineProperty(Deno, "test", { value: Object.assign(registerWithLimit, register, { hasLimit: true }) });
}
