// Watches the folder of static files, whose changes do not restart the server because they are not modules.
import { relative } from "@std/path";
import { realPathSync } from "../platform/files.ts";
import { watchFolder } from "../platform/watch.ts";

/**
 * Watches a folder and its subfolders until the result is disposed.
 *
 * @param folder The folder.
 * @param onChange Called with the path of each changed file, as in a URL: `/styles/site.css`.
 * @returns `null` if the folder does not exist or cannot be read.
 */
export function watchStatic(folder: string, onChange: (path: string) => void): AsyncDisposable | null {
  const watcher = watchFolder(folder);
  if (watcher === null) return null;
  // The system reports real paths, and the folder may be a link.
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
    [Symbol.asyncDispose]: async () => {
      watcher[Symbol.dispose]();
      await reading;
    },
  };
}
