/** An application on disk for one test: files by path from its root, deleted afterwards. */
import { dirname, join } from "@std/path";

/** URL from which modules on disk import this library. */
export const MOD: string = new URL("../../mod.ts", import.meta.url).href;

/** Writes files, calls a function, and deletes them. */
export async function withFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  run: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [file, content] of Object.entries(files)) {
      const path = join(dir, file);
      await Deno.mkdir(dirname(path), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
