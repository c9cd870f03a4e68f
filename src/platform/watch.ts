// Changes below a folder.
import { errorCode, isMissing } from "./system_error.ts";

/** A watched folder. It is iterated for the absolute paths of what changes, until it is disposed. */
export interface FolderWatch extends AsyncIterable<readonly string[]>, Disposable {}

/**
 * Watches a folder and all folders below it.
 *
 * Deno's: `watch()` of node:fs reports in Deno that a file changed when it is only read, so that serving a file would look
 * like its next change.
 *
 * @param folder The folder.
 * @returns The watch; `null` when the folder does not exist or the process may not read it.
 */
export function watchFolder(folder: string): FolderWatch | null {
  let watcher: Deno.FsWatcher;
  try {
    watcher = Deno.watchFs(folder);
  } catch (error) {
    if (isMissing(error) || errorCode(error) === "NotCapable") return null;
    throw error;
  }
  return {
    async *[Symbol.asyncIterator]() {
      for await (const { kind, paths } of watcher) {
        if (kind !== "access") yield paths;
      }
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}
