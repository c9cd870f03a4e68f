/** The recipes of the cookbook as applications. */
import { createHandler, type Handler } from "@hyper/actions";
import { fromFileUrl } from "@std/path";

const root = new URL("../../", import.meta.url);

/**
 * Loads a recipe with a state of its own, in the layout and with the style of a new project.
 *
 * @param name Its file, without the extension.
 * @param copy Name of the state: the module is loaded again for each.
 */
export async function openRecipe(
  name: string,
  copy: string,
): Promise<{ readonly handler: Handler; readonly module: Record<string, unknown> }> {
  const module = await import(new URL(`examples/cookbook/${name}.tsx?${copy}`, root).href);
  const project = new URL("src/init/project/minimal/", root);
  const layout = () => import(new URL("pages/layout.tsx", project).href);
  const handler = createHandler({
    baseDir: fromFileUrl(project),
    pages: [{ path: "/", load: () => Promise.resolve(module) }, { path: "pages/layout.tsx", load: layout }],
    keys: ["a key of the tests, which has 32 characters"],
  });
  return { handler, module };
}
