import { assert, assertEquals } from "@std/assert";
import { watchFolder } from "../../src/platform/watch.ts";

Deno.test("watchFolder() returns null for a folder that does not exist", () => {
  assertEquals(watchFolder("/none/of/these"), null);
});

Deno.test("watchFolder() reports writes below the folder, not reads, and ends when it is disposed", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/a`);
    await Deno.writeTextFile(`${folder}/a/read.txt`, "1");
    const watch = watchFolder(folder);
    assert(watch !== null);
    await Deno.readTextFile(`${folder}/a/read.txt`);
    await Deno.writeTextFile(`${folder}/a/written.txt`, "1");
    const seen: string[] = [];
    for await (const paths of watch) {
      seen.push(...paths);
      watch[Symbol.dispose]();
    }
    assertEquals(new Set(seen), new Set([`${folder}/a/written.txt`]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
