// Temporary files: one folder for each process, for as long as it has such files.
//
// A process that is killed leaves its folder behind. So each folder contains a file that its process has locked: the lock
// ends with the process, and the next process that creates a temporary file removes every folder whose lock is free. Other
// users share the temporary directory: a folder has mode 0700, and only folders (not links) of the same user and of that
// mode are removed.
import fs, { type FileHandle } from "node:fs/promises";
import { IS_WINDOWS } from "./environment.ts";
import { type FileLock, lockNewFile, tryLockFile } from "./file_lock.ts";
import { isDenied, isMissing } from "./system_error.ts";

const FOLDER_PREFIX = "hyper-upload-";
const FILE_PREFIX = "file-";
const LOCK = "lock";
/** Age in milliseconds from which a folder without a lock is one whose process died before it created the lock. */
const UNLOCKED_MS = 60_000;

/** A temporary file that is open for writing. */
export interface TempFile {
  readonly path: string;
  /** Appends all bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends writing. Never rejects. */
  close(): Promise<void>;
  /** Removes the file, which must be closed, and with the last file the folder. Can be called again, also after it rejected. */
  remove(): Promise<void>;
}

/** The folder of this process in a temporary directory. */
interface Place {
  readonly parent: string;
  readonly folder: Promise<Folder>;
  /** Number of files that are in the folder or are being created. */
  files: number;
}

interface Folder {
  readonly path: string;
  readonly lock: FileLock;
}

// The folder for the next file; `null` while this process has no temporary file. The directory may change while a process runs.
let current: Place | null = null;
// The temporary directories whose dead folders this process has removed: it does so once.
const cleaned = new Set<string>();

/**
 * Creates a temporary file.
 *
 * @param parent The temporary directory.
 * @returns The file.
 * @throws {Error} When the file system fails.
 */
export async function createTempFile(parent: string): Promise<TempFile> {
  if (current?.parent !== parent) current = { parent, folder: createFolder(parent), files: 0 };
  const place = current;
  place.files++;
  let path: string | null = null;
  let leaving: Promise<void> | null = null;
  const remove = async (): Promise<void> => {
    if (path !== null) await unlessMissing(fs.unlink(path));
    // Last: a folder that still has a file stays locked, so that another process removes it once this one has ended.
    await (leaving ??= leavePlace(place));
  };
  try {
    const name = `${(await place.folder).path}/${FILE_PREFIX}${crypto.randomUUID()}`;
    const file = await fs.open(name, "wx", 0o600);
    path = name;
    return { path, write: (bytes) => writeAll(file, bytes), close: () => closeFile(file), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at);
    // A full disk may accept 0 bytes without an error (POSIX, `write()`), which would be repeated forever.
    if (bytesWritten === 0) throw new Error("the disk takes no more bytes");
    at += bytesWritten;
  }
}

async function closeFile(file: FileHandle): Promise<void> {
  try {
    await file.close();
  } catch {
    // The descriptor is released all the same (close(2)), and reading the file reports what is missing in it.
  }
}

async function leavePlace(place: Place): Promise<void> {
  if (--place.files > 0) return;
  // Before the first `await`, so that no other file is created in a folder that is about to be removed.
  if (current === place) current = null;
  const folder = await place.folder.catch(() => null); // The file that needed the folder has rejected with this error.
  if (folder === null) return;
  try {
    await unlessMissing(fs.unlink(`${folder.path}/${LOCK}`));
  } finally {
    folder.lock.release();
  }
  await unlessMissing(fs.rmdir(folder.path));
}

async function createFolder(parent: string): Promise<Folder> {
  if (!cleaned.has(parent)) {
    cleaned.add(parent);
    await removeDeadFolders(parent);
  }
  for (;;) {
    const path = await fs.mkdtemp(`${parent}/${FOLDER_PREFIX}`);
    const lock = await lockFolder(path);
    // Another process may have removed the folder as a dead one, before it was locked.
    if (await exists(`${path}/${LOCK}`)) return { path, lock };
    lock.release();
  }
}

/** Locks a new folder. When that fails, as on a full disk, removes the folder: each upload would leave one behind. */
async function lockFolder(path: string): Promise<FileLock> {
  try {
    return await lockNewFile(`${path}/${LOCK}`);
  } catch (error) {
    await fs.rm(path, { recursive: true }).catch(() => {}); // The caller gets the first error.
    throw error;
  }
}

/**
 * Removes the folders of dead processes.
 *
 * @param parent The temporary directory.
 */
export async function removeDeadFolders(parent: string): Promise<void> {
  const own = await fs.mkdtemp(`${parent}/${FOLDER_PREFIX}`);
  try {
    const { uid } = await fs.lstat(own);
    for (const entry of await fs.readdir(parent, { withFileTypes: true })) {
      const path = `${parent}/${entry.name}`;
      if (entry.isDirectory() && entry.name.startsWith(FOLDER_PREFIX) && path !== own) {
        await removeDeadFolder(path, uid);
      }
    }
  } catch (error) {
    // A directory that cannot be listed is cleaned by others.
    if (!isDenied(error) && !isMissing(error)) throw error;
  } finally {
    await unlessMissing(fs.rmdir(own));
  }
}

/** Removes a folder whose process is dead. */
async function removeDeadFolder(path: string, uid: number): Promise<void> {
  try {
    const stats = await fs.lstat(path);
    // A folder of another user, or one that others can write to, may contain a link to anywhere.
    if (!stats.isDirectory() || stats.uid !== uid || !IS_WINDOWS && (stats.mode & 0o077) !== 0) return;
    const lock = await tryLockFile(`${path}/${LOCK}`);
    if (lock === "held") return;
    if (lock === "missing") {
      if (Date.now() - stats.mtimeMs > UNLOCKED_MS) await fs.rmdir(path);
      return;
    }
    try {
      // By name and not recursively: nothing else is ever created in the folder.
      for (const name of await fs.readdir(path)) {
        if (name.startsWith(FILE_PREFIX)) await unlessMissing(fs.unlink(`${path}/${name}`));
      }
      await unlessMissing(fs.unlink(`${path}/${LOCK}`));
      await fs.rmdir(path);
    } finally {
      lock.release();
    }
  } catch {
    // Another process was faster, or the folder contains something else: it stays, and no upload fails for it.
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function unlessMissing(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    // A program that cleans the temporary directory may have been faster.
    if (!isMissing(error)) throw error;
  }
}
