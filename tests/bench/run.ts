// deno-lint-ignore-file no-console -- a benchmark prints its results
/**
 * `deno task bench [--rounds=N] [--seconds=N] [suite[:benchmark] …]`: writes tables and charts to `results/`.
 *
 * Only ratios within one run matter: other work of the machine slows all contenders about equally.
 */
import { measureBrowser } from "./browser.ts";
import { publish, publishObservations } from "./report.ts";
import { measureInstant } from "./instant/instant.ts";
import { findLoader } from "./load.ts";
import { measureScale, measureStart } from "./scale.ts";
import { type Effort, measureServer } from "./server.ts";
import { measureRegions } from "./regions.ts";
import { measureStreams } from "./streams.ts";
import { measureUpload } from "./upload.ts";

const SUITES: Readonly<Record<string, (effort: Effort, only: string) => Promise<void>>> = {
  server: async (effort, only) => await publish(await measureServer(effort, only)),
  scale: async (effort) => await publish(await measureScale(effort)),
  start: async ({ rounds }) => await publish(await measureStart(rounds)),
  upload: async ({ rounds }) => {
    for (const report of await measureUpload(rounds)) await publish(report);
  },
  streams: async ({ rounds }) => {
    for (const report of await measureStreams(rounds)) await publish(report);
  },
  regions: async ({ rounds }) => {
    for (const report of await measureRegions(rounds)) await publish(report);
  },
  browser: async ({ rounds }) => {
    for (const report of await measureBrowser(rounds)) await publish(report);
  },
  instant: async ({ rounds }, only) => await publishObservations(await measureInstant(rounds, only)),
  morph: async ({ rounds }) => {
    // A separate script, which prints its own tables.
    const args = ["run", "-A", new URL("./morph.ts", import.meta.url).pathname, String(rounds * 5)];
    const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit" }).spawn().status;
    if (!success) Deno.exit(1);
  },
};

const options = new Map(
  Deno.args.filter((arg) => arg.startsWith("--")).map((arg) => {
    const [name = "", value = ""] = arg.slice(2).split("=");
    return [name, Number(value)] as const;
  }),
);
const effort: Effort = { rounds: options.get("rounds") ?? 5, seconds: options.get("seconds") ?? 2 };
const asked = Deno.args.filter((arg) => !arg.startsWith("--"));

if (!await findLoader()) {
  console.error("Cannot measure: wrk is missing; install it (Debian: apt-get install wrk)");
  Deno.exit(1);
}
for (const each of asked.length > 0 ? asked : Object.keys(SUITES)) {
  const [name = "", only = ""] = each.split(":");
  const suite = SUITES[name];
  if (suite === undefined) {
    console.error(`Cannot measure "${name}": the suite does not exist; use ${Object.keys(SUITES).join(", ")}`);
    Deno.exit(1);
  }
  await suite(effort, only);
}
// The connection to Chromium keeps the process alive.
Deno.exit();
