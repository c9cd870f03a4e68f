/**
 * A contender of the comparison, and the routes of those that have no server of their own.
 */
import { bundle } from "../../browser/module_page.ts";
import { htmlResponse, type World } from "./world.ts";

/** A page, or a response for it. */
export type Route = (request: Request, world: World, url: URL) => Response | Promise<Response>;

/** A library that is compared. */
export interface Contender {
  readonly name: string;
  /** Version of the package on npm. */
  readonly version: string;
  /** Description of each work, by its name. It is written as the documentation of the library recommends. Others are not measured. */
  readonly written: Readonly<Record<string, string>>;
  /** Creates the server. */
  readonly serve: (world: World) => (request: Request) => Response | Promise<Response>;
}

/** Serves routes by "METHOD /path", and the scripts of a library at its `/lib.js`. */
export function serveRoutes(
  routes: Readonly<Record<string, Route>>,
  files: Readonly<Record<string, readonly [type: string, text: string]>>,
): Contender["serve"] {
  return (world) => (request) => {
    const url = new URL(request.url);
    const [type, text] = files[url.pathname] ?? [];
    if (type !== undefined && text !== undefined) {
      return new Response(text, { headers: { "content-type": type, "cache-control": "max-age=600" } });
    }
    const route = routes[`${request.method} ${url.pathname}`];
    return route?.(request, world, url) ?? htmlResponse("", 404);
  };
}

/** Bundles modules of npm packages into one script. Their order is that of the list. */
export async function scriptOf(...modules: readonly string[]): Promise<readonly [string, string]> {
  return ["text/javascript", await bundle(modules.map((name) => `import ${JSON.stringify(name)};`).join("\n"))];
}

/** Returns the text of a field of a posted form. */
export async function postedField(request: Request, name: string): Promise<string> {
  return String((await request.formData()).get(name) ?? "");
}
