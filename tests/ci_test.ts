import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const script = fromFileUrl(import.meta.resolve("../.ci/run"));

for (
  const [run, output, status, last, code] of [
    ["all passed", "ok | 12 passed | 0 failed (3s)", 0, "12 passed, 0 failed", 0],
    ["steps and ignored tests", "ok | 7 passed (3 steps) | 0 failed | 2 ignored (1s)", 0, "7 passed, 0 failed", 0],
    ["some failed", "FAILED | 9 passed (1 step) | 2 failed (1 step) (3s)", 1, "9 passed, 2 failed", 1],
    ["nothing ran", "ok | 0 passed | 0 failed (0ms)", 0, "0 passed, 0 failed", 1],
    ["a file did not compile", "error: TS2322 [ERROR]", 1, "0 passed, 1 failed", 1],
    ["the process ended after its tests", "ok | 3 passed | 0 failed (1s)", 134, "3 passed, 1 failed", 1],
    [
      "a test printed a summary of its own",
      "ok | 1 passed | 0 failed\nok | 5 passed | 0 failed",
      0,
      "5 passed, 0 failed",
      0,
    ],
  ] as const
) {
  Deno.test(`.ci/run prints the counts of the run: ${run}`, async () => {
    assertEquals(await runWith(output, status), { last, code });
  });
}

/** Runs the script with an `npx` that prints an output and exits with a code. */
async function runWith(output: string, status: number): Promise<{ last: string | undefined; code: number }> {
  const folder = await Deno.makeTempDir();
  try {
    const npx = join(folder, "npx");
    await Deno.writeTextFile(npx, `#!/bin/sh\ncat <<'END'\n${output}\nEND\nexit ${status}\n`, { mode: 0o755 });
    const { stdout, code } = await new Deno.Command(script, {
      env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
    }).output();
    return { last: new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1), code };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
