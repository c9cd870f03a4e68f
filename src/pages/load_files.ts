// Importing the files of the pages folder.
import type { PageFile } from "./discover.ts";

/** The exports of a module, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** A file of the pages folder, imported. */
export interface LoadedFile extends PageFile {
  readonly exports: ModuleExports;
}

/**
 * Imports files, in parallel. Components come first in the result.
 *
 * @throws {TypeError} When two files have the same role in a folder, or one is not a module.
 * @throws {Error} When a module cannot be imported; its `cause` is the reason.
 */
export async function loadFiles(files: readonly PageFile[]): Promise<readonly LoadedFile[]> {
  rejectTwins(files);
  const ordered = [
    ...files.filter((file) => file.kind === "component"),
    ...files.filter((file) => file.kind !== "component"),
  ];
  // allSettled, so that of several broken files the same one is reported each time.
  const results = await Promise.allSettled(ordered.map((file) => loadFile(file)));
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

// Of two files with one role, such as page.tsx and page.ts, one would be ignored.
function rejectTwins(files: readonly PageFile[]): void {
  const seen = new Map<string, PageFile>();
  for (const file of files) {
    const key = [file.kind, ...file.folders].join("/");
    const first = seen.get(key);
    if (first !== undefined) {
      throw new TypeError(
        `Cannot use "${file.file}": "${first.file}" is already the ${file.kind} of that folder; remove one of them`,
      );
    }
    seen.set(key, file);
  }
}

async function loadFile(file: PageFile): Promise<LoadedFile> {
  let exports: unknown;
  try {
    exports = await file.load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot import "${file.file}": ${reason}`, { cause });
  }
  if (typeof exports !== "object" || exports === null) {
    throw new TypeError(
      `Cannot import "${file.file}": its load returned ${typeof exports}; return a module, as import() does`,
    );
  }
  // Own properties, for a module namespace as for an object in its place.
  return { ...file, exports: Object.fromEntries(Object.entries(exports)) };
}

/** Returns the path of a file in the same folder. */
export function siblingFile(file: string, name: string): string {
  return [...file.split("/").slice(0, -1), name].join("/");
}
