/**
 * Where the temporary files of uploads lie: one folder for each process, for as long as it has such files.
 *
 * A process that is killed leaves its folder behind. So a folder holds a file that its process has locked (`flock`): a lock
 * ends with the process, whichever way that goes, and the next process that spools removes every folder whose lock is free.
 * The temporary directory is shared with strangers: a folder has mode 0700, and one is looked at only where it is a folder, not a
 * link, of the same user and of that mode.
 *
 * @module
 */
import { notify } from "../callback.ts";

const PREFIX = "hyper-upload-";
const LOCK = "lock";
const FILE_PREFIX = "file-";
/** Milliseconds after which a folder without a lock was not just made, but left behind before it was locked. */
const UNLOCKED_MS = 60_000;

/** The folder of this process, and the temporary directory it is in, which may change while a program runs. */
interface Place {
  readonly parent: string;
  readonly folder: Promise<Folder>;
  /** How many files are in it, or are about to be. */
  files: number;
}

interface Folder {
  readonly path: string;
  readonly lock: Deno.FsFile;
}

// Where the next file goes; `null` while this process has no file on disk.
let current: Place | null = null;
// The temporary directories that were tidied: once in the life of a process.
const tidied = new Set<string>();

/** A temporary file that is open for writing. */
export interface SpoolFile {
  readonly path: string;
  readonly disk: Deno.FsFile;
  /** Removes the file, which has to be closed, and with the last one the folder. May be called again, also after it has rejected. */
  remove(): Promise<void>;
}

/**
 * Creates a temporary file.
 *
 * @param parent The temporary directory.
 * @returns The file.
 * @throws What the file system says.
 */
export async function createSpoolFile(parent: string): Promise<SpoolFile> {
  if (current?.parent !== parent) current = { parent, folder: createFolder(parent), files: 0 };
  const place = current;
  place.files++;
  let path: string | null = null;
  const leaveOnce = once(() => leave(place));
  const remove = async (): Promise<void> => {
    if (path !== null) await removeQuietly(path);
    // Not before: a folder that still has a file stays locked, so that another process clears it when this one has ended.
    await leaveOnce();
  };
  try {
    path = await Deno.makeTempFile({ dir: (await place.folder).path, prefix: FILE_PREFIX });
    return { path, disk: await Deno.open(path, { write: true }), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function leave(place: Place): Promise<void> {
  if (--place.files > 0) return;
  // At once, so that no other file goes where this is about to be removed.
  if (current === place) current = null;
  const folder = await place.folder.catch(() => null); // Where there is none, the file that asked for it has said so.
  if (folder === null) return;
  try {
    await removeQuietly(`${folder.path}/${LOCK}`);
  } finally {
    folder.lock.close();
  }
  await removeQuietly(folder.path);
}

async function createFolder(parent: string): Promise<Folder> {
  if (!tidied.has(parent)) {
    tidied.add(parent);
    await tidy(parent);
  }
  for (;;) {
    const path = await Deno.makeTempDir({ dir: parent, prefix: PREFIX });
    const lock = await lockFolder(path);
    // Another process that tidies may have taken it before it was locked, and removed it.
    if (await exists(`${path}/${LOCK}`)) return { path, lock };
    lock.close();
  }
}

/** Locks a new folder. Where that fails, as on a full disk, the folder goes again: each upload would leave one behind. */
async function lockFolder(path: string): Promise<Deno.FsFile> {
  let lock: Deno.FsFile | null = null;
  try {
    lock = await Deno.open(`${path}/${LOCK}`, { createNew: true, read: true, write: true });
    await lock.lock(true);
    return lock;
  } catch (error) {
    lock?.close();
    await notify(() => Deno.remove(path, { recursive: true }), () => {}); // It is the first error that is told.
    throw error;
  }
}

/**
 * Removes what dead processes have left in a temporary directory.
 *
 * @param parent The directory.
 */
export async function tidy(parent: string): Promise<void> {
  const own = await Deno.makeTempDir({ dir: parent, prefix: PREFIX });
  try {
    const { uid } = await Deno.lstat(own);
    for await (const { name, isDirectory } of Deno.readDir(parent)) {
      const path = `${parent}/${name}`;
      if (isDirectory && name.startsWith(PREFIX) && path !== own) await removeDead(path, uid);
    }
  } catch (error) {
    // A directory that may not be listed: what lies in it is for others to tidy.
    if (!(error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound)) throw error;
  } finally {
    await removeQuietly(own);
  }
}

/** Removes the folder of a process that is dead. */
async function removeDead(path: string, uid: number | null): Promise<void> {
  try {
    const { isDirectory, mode, mtime, uid: owner } = await Deno.lstat(path);
    // What another user has made, or may change, is not touched: a link in it could lead anywhere.
    if (!isDirectory || owner !== uid || mode !== null && (mode & 0o077) !== 0) return;
    using lock = await openLock(path);
    if (lock === null) {
      if (mtime !== null && Date.now() - mtime.getTime() > UNLOCKED_MS) await Deno.remove(path);
      return;
    }
    if (!await lock.tryLock(true)) return;
    // By name, and no deeper: nothing else is ever put there.
    for await (const { name } of Deno.readDir(path)) {
      if (name.startsWith(FILE_PREFIX)) await removeQuietly(`${path}/${name}`);
    }
    await removeQuietly(`${path}/${LOCK}`);
    await Deno.remove(path);
  } catch {
    // Another process was first, or the folder holds what is not ours: it stays, and an upload does not fail for it.
  }
}

async function openLock(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(`${path}/${LOCK}`, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeQuietly(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    // A program that tidies the temporary directory may have been first.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Returns a function that runs once, however often it is called. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => running ??= run();
}
