import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, relative } from "@std/path";

const root = fromFileUrl(import.meta.resolve("../"));

Deno.test("the package publishes, and holds its entries, src and its papers alone", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(stderr);
  assert(success, output);
  const files = [...output.matchAll(/^\s+(file:\S+) \([\d.]+[A-Z]*B\)$/gm)]
    .map(([, url = ""]) => relative(root, fromFileUrl(url)).replaceAll("\\", "/"));
  const others = files.filter((file) => !file.startsWith("src/")).toSorted();
  assertEquals(others, [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "client.ts",
    "deno.json",
    "mod.ts",
    "redis.ts",
    "testing.ts",
  ]);
  assert(files.includes("src/handler.ts"), output);
});
