/** A disk that fails as real ones do, for the temporary files of uploads. */
import fs, { type FileHandle } from "node:fs/promises";
import { dirname } from "@std/path";

/** Errors of a disk. */
export const DISK_ERRORS: readonly (readonly [what: string, make: () => Error])[] = [
  ["is full (ENOSPC)", () => named("ENOSPC", "No space left on device (os error 28)")],
  ["is above its quota (EDQUOT)", () => named("EDQUOT", "Disk quota exceeded (os error 122)")],
  ["accepts no larger file (EFBIG)", () => named("EFBIG", "File too large (os error 27)")],
  ["is broken (EIO)", () => named("EIO", "Input/output error (os error 5)")],
  ["is read-only (EROFS)", () => named("EROFS", "Read-only file system (os error 30)")],
  ["is not permitted", () => new Deno.errors.NotCapable('Requires write access to "/tmp"')],
  ["does not exist", () => named("ENOENT", "No such file or directory (os error 2)")],
];

function named(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** The steps that fail. */
export interface DiskFaults {
  /** Thrown when the folder of temporary files is created. */
  folder?: Error | undefined;
  /** Thrown when the file that locks that folder is created. */
  lock?: Error | undefined;
  /** Thrown when that file is locked. */
  flock?: Error | undefined;
  /** Thrown when a temporary file is created. */
  make?: Error | undefined;
  /** Thrown by a write that exceeds `room` bytes. */
  write?: Error | undefined;
  /** Bytes that are written before `write` is thrown. Default: `0`. */
  room?: number | undefined;
  /** Bytes that one write accepts. Default: all of them. */
  most?: number | undefined;
  /** Thrown when a temporary file is opened for reading. */
  read?: Error | undefined;
  /** Thrown when a temporary file is removed; with the code `ENOENT` it is removed first, as by another program. */
  remove?: Error | undefined;
}

/** Makes the disk fail while it is in use. */
export class FailingDisk implements Disposable {
  readonly faults: DiskFaults;
  readonly #ownFs = { mkdtemp: fs.mkdtemp, open: fs.open, unlink: fs.unlink };
  readonly #ownOpen = Deno.open;
  readonly #made: string[] = [];
  readonly #folders: string[] = [];

  constructor(faults: DiskFaults) {
    this.faults = faults;
    const { mkdtemp, open, unlink } = this.#ownFs;
    const mkdtempFailing = async (prefix: string): Promise<string> => {
      if (faults.folder !== undefined) throw faults.folder;
      const path = await mkdtemp(prefix);
      this.#folders.push(path);
      return path;
    };
    Object.assign(fs, { mkdtemp: mkdtempFailing });
    fs.open = async (path, flags, mode) => {
      if (faults.make !== undefined) throw faults.make;
      const file = await open(path, flags, mode);
      this.#made.push(String(path));
      return this.#failing(file);
    };
    fs.unlink = async (path) => {
      const fault = this.#made.includes(String(path)) ? faults.remove : undefined;
      if (fault === undefined || "code" in fault && fault.code === "ENOENT") await unlink(path);
      if (fault !== undefined) throw fault;
    };
    Deno.open = async (path, options) => {
      const isLock = this.#folders.includes(dirname(String(path))) && !this.#made.includes(String(path));
      if (isLock && faults.lock !== undefined) throw faults.lock;
      if (!isLock && faults.read !== undefined) throw faults.read;
      const file = await this.#ownOpen(path, options);
      const { flock } = faults;
      if (isLock && flock !== undefined) file.lock = () => Promise.reject(flock);
      return file;
    };
  }

  /** Removes all faults. */
  mend(): void {
    for (const name of Object.keys(this.faults)) Reflect.deleteProperty(this.faults, name);
  }

  /** Number of temporary files. */
  get count(): number {
    return this.#made.length;
  }

  /** Returns the files that still exist, or the folders if there are no files. */
  left(): readonly string[] {
    const files = this.#made.filter(isThere);
    return files.length > 0 ? files : this.#folders.filter(isThere);
  }

  #failing(file: FileHandle): FileHandle {
    const { faults } = this;
    let taken = 0;
    const write = file.write.bind(file);
    const writeFailing = async (bytes: Uint8Array, offset: number) => {
      const room = faults.write === undefined ? Infinity : (faults.room ?? 0) - taken;
      if (room <= 0 && faults.write !== undefined) throw faults.write;
      // A disk writes the bytes that fit, and fails at the next write.
      const part = bytes.subarray(offset);
      const length = Math.min(part.length, room, faults.most ?? Infinity);
      const result = length === 0 ? { bytesWritten: 0 } : await write(part.subarray(0, length));
      taken += result.bytesWritten;
      return result;
    };
    return Object.assign(file, { write: writeFailing });
  }

  [Symbol.dispose](): void {
    Object.assign(fs, this.#ownFs);
    Deno.open = this.#ownOpen;
    for (const path of this.left()) Deno.removeSync(path);
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
