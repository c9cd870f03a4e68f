/**
 * Pages that load a single module of the runtime: its exports are in `window.lib`.
 */
import { fromFileUrl } from "@std/path";

const configFile = fromFileUrl(import.meta.resolve("../../deno.json"));

/**
 * Bundles modules of the repository for a page.
 *
 * @param modules Paths from the root of the repository; all their exports are in `window.lib`.
 * @returns The script.
 */
export async function bundleModules(...modules: string[]): Promise<string> {
  const imports = modules.map((path, i) => `import * as m${i} from ${JSON.stringify(resolve(path))};`);
  const exports = modules.map((_path, i) => `...m${i}`);
  return await bundle(`${imports.join("\n")}\nglobalThis.lib = { ${exports.join()} };\n`);
}

/**
 * Bundles a script for a page.
 *
 * @param source The script. Its imports are resolved as in the repository.
 * @returns The script with all its imports.
 */
export async function bundle(source: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const entry = `${folder}/entry.js`;
    await Deno.writeTextFile(entry, source);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "-q", "--platform", "browser", "--config", configFile, entry],
    }).output();
    if (!success) throw new Error(`Cannot bundle ${source}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function resolve(path: string): string {
  return import.meta.resolve(`../../${path}`);
}

/**
 * Serves one page with a script.
 *
 * @param script Content of `/lib.js`.
 * @param body The markup of the page's body.
 * @param headers Headers of the page, such as a policy.
 */
export function modulePage(script: string, body = "", headers: Record<string, string> = {}): Deno.ServeHandler {
  return (request) => {
    if (new URL(request.url).pathname === "/lib.js") {
      return new Response(script, { headers: { "content-type": "text/javascript" } });
    }
    const head = `<title>Module</title><script src="/lib.js" type="module"></script>`;
    return new Response(`<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`, {
      headers: { "content-type": "text/html; charset=utf-8", ...headers },
    });
  };
}
