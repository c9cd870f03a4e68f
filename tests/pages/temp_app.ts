/** An application on disk for one test: its files, by their paths from its root, are deleted after the test. */
import { dirname, join, toFileUrl } from "@std/path";

export const SOURCE = new URL("../../src/", import.meta.url);

/** The import of a module that declares an action. */
export const IMPORT_ACTION = `import { action } from "${new URL("actions/action.ts", SOURCE)}";\n`;

/** The import of a module that declares a page class. */
export const IMPORT_PAGE = `import { local, Page } from "${new URL("pages/page_module.ts", SOURCE)}";\n`;

export async function withApp(
  files: Readonly<Record<string, string>>,
  run: (dir: string) => Promise<void> | void,
): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [file, text] of Object.entries(files)) {
      const path = join(dir, file);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

export function urlOf(dir: string, file: string): string {
  return toFileUrl(join(dir, file)).href;
}
