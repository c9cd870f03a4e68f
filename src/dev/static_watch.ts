/**
 * Watches the folder of static files: they belong to no module, so that no change of them starts the server anew.
 *
 * @module
 */
import { relative } from "@std/path";
import { realPathSync } from "../platform/files.ts";
import { watchFolder } from "../platform/watch.ts";

/** A folder that is watched until it is disposed. */
export interface StaticWatch extends AsyncDisposable {
  /** Whether there is anything to watch. */
  readonly isWatching: boolean;
}

/**
 * Watches a folder and all below it.
 *
 * @param folder The folder; one that does not exist, or may not be read, is not watched.
 * @param onChange Told the path of each file that has changed, as pages ask for it: `/styles/site.css`.
 */
export function watchStatic(folder: string, onChange: (path: string) => void): StaticWatch {
  const watcher = watchFolder(folder);
  if (watcher === null) return { isWatching: false, [Symbol.asyncDispose]: async () => {} };
  // The system tells real paths, and the folder may be reached by a link.
  const root = realPathSync(folder);
  const reading = (async () => {
    for await (const paths of watcher) {
      for (const path of paths) {
        const inside = relative(root, path).replaceAll("\\", "/");
        if (inside !== "" && !inside.startsWith("..")) {
          onChange(`/${inside.split("/").map(encodeURIComponent).join("/")}`);
        }
      }
    }
  })();
  return {
    isWatching: true,
    [Symbol.asyncDispose]: async () => {
      watcher[Symbol.dispose]();
      await reading;
    },
  };
}
