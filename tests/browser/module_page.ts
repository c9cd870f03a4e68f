/**
 * Pages that load one module of the runtime by itself: its exports stand in `window.lib`.
 */
import { fromFileUrl } from "@std/path";

/**
 * Bundles modules of the repository for a page.
 *
 * @param modules Paths from the top of the repository; what they export stands together in `window.lib`.
 * @returns The script.
 */
export async function bundleModules(...modules: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const lines = modules.map((path, i) =>
      `import * as m${i} from ${JSON.stringify(import.meta.resolve(`../../${path}`))};`
    );
    const names = modules.map((_path, i) => `...m${i}`);
    const entry = `${folder}/entry.ts`;
    await Deno.writeTextFile(entry, `${lines.join("\n")}\nObject.assign(globalThis, { lib: { ${names.join()} } });\n`);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "-q", "--platform", "browser", "--config", configFile, entry],
    }).output();
    if (!success) throw new Error(`Cannot bundle ${modules}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const configFile = fromFileUrl(import.meta.resolve("../../deno.json"));

/**
 * Serves one page with a script.
 *
 * @param script What `/lib.js` holds.
 * @param body The markup of the page's body; `<body …>` itself may be part of it.
 * @param headers Headers of the page, such as a policy.
 */
export function modulePage(script: string, body = "", headers: Record<string, string> = {}): Deno.ServeHandler {
  return (request) => {
    if (new URL(request.url).pathname === "/lib.js") {
      return new Response(script, { headers: { "content-type": "text/javascript" } });
    }
    return new Response(
      `<!doctype html><html lang="en"><title>Module</title><script src="/lib.js" type="module"></script>${body}`,
      {
        headers: { "content-type": "text/html; charset=utf-8", ...headers },
      },
    );
  };
}
