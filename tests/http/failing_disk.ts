/** A disk that fails as real ones do, for the temporary files of uploads. */
import { dirname } from "@std/path";

/** The errors of a disk, as Deno throws them. */
export const DISK_ERRORS: readonly (readonly [what: string, make: () => Error])[] = [
  ["is full (ENOSPC)", () => named("ENOSPC", "No space left on device (os error 28)")],
  ["is above its quota (EDQUOT)", () => named("EDQUOT", "Disk quota exceeded (os error 122)")],
  ["takes no larger file (EFBIG)", () => named("EFBIG", "File too large (os error 27)")],
  ["is broken (EIO)", () => named("EIO", "Input/output error (os error 5)")],
  ["can be read alone (EROFS)", () => named("EROFS", "Read-only file system (os error 30)")],
  ["is not permitted", () => new Deno.errors.NotCapable('Requires write access to "/tmp"')],
  ["is gone", () => new Deno.errors.NotFound("No such file or directory (os error 2)")],
];

function named(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What fails. */
export interface DiskFaults {
  /** Thrown where the folder of temporary files is made. */
  folder?: Error | undefined;
  /** Thrown where the file that locks that folder is made. */
  lock?: Error | undefined;
  /** Thrown where that file is locked. */
  flock?: Error | undefined;
  /** Thrown where a temporary file is made. */
  make?: Error | undefined;
  /** Thrown where it is opened for writing. */
  open?: Error | undefined;
  /** Thrown by a write that goes past so many bytes. Default: the first. */
  write?: Error | undefined;
  /** How many bytes are taken before `write` is thrown. */
  room?: number | undefined;
  /** The number of bytes that a write takes in place of all of them. */
  most?: number | undefined;
  /** Thrown where it is opened for reading. */
  read?: Error | undefined;
  /** Thrown where it is removed; `NotFound` where another program has done that before. */
  remove?: Error | undefined;
}

/** Makes the disk fail while it is in use. */
export class FailingDisk implements Disposable {
  readonly faults: DiskFaults;
  readonly #own = {
    makeTempDir: Deno.makeTempDir,
    makeTempFile: Deno.makeTempFile,
    open: Deno.open,
    remove: Deno.remove,
  };
  readonly #made: string[] = [];
  readonly #folders: string[] = [];

  constructor(faults: DiskFaults) {
    this.faults = faults;
    const { makeTempDir, makeTempFile, open, remove } = this.#own;
    Deno.makeTempDir = async (options) => {
      if (faults.folder !== undefined) throw faults.folder;
      const path = await makeTempDir(options);
      this.#folders.push(path);
      return path;
    };
    Deno.makeTempFile = async (options) => {
      if (faults.make !== undefined) throw faults.make;
      const path = await makeTempFile(options);
      this.#made.push(path);
      return path;
    };
    Deno.open = async (path, options) => {
      const isLock = this.#folders.includes(dirname(String(path))) && !this.#made.includes(String(path));
      if (isLock && faults.lock !== undefined) throw faults.lock;
      const fault = options?.write === true ? faults.open : faults.read;
      if (fault !== undefined && this.#made.includes(String(path))) throw fault;
      const file = await open(path, options);
      const { flock } = faults;
      if (isLock && flock !== undefined) file.lock = () => Promise.reject(flock);
      return this.#made.includes(String(path)) && options?.write === true ? this.#failing(file) : file;
    };
    Deno.remove = async (path, options) => {
      const fault = this.#made.includes(String(path)) ? faults.remove : undefined;
      if (fault === undefined || fault instanceof Deno.errors.NotFound) await remove(path, options);
      if (fault !== undefined) throw fault;
    };
  }

  /** Takes all faults away. */
  mend(): void {
    for (const name of Object.keys(this.faults)) Reflect.deleteProperty(this.faults, name);
  }

  /** How many temporary files were made. */
  get count(): number {
    return this.#made.length;
  }

  /** Those that are still there, and where there are none, the folders that are. */
  left(): readonly string[] {
    const files = this.#made.filter(isThere);
    return files.length > 0 ? files : this.#folders.filter(isThere);
  }

  #failing(file: Deno.FsFile): Deno.FsFile {
    const { faults } = this;
    let taken = 0;
    const write = file.write.bind(file);
    file.write = async (bytes) => {
      const room = faults.write === undefined ? Infinity : (faults.room ?? 0) - taken;
      if (room <= 0 && faults.write !== undefined) throw faults.write;
      // A disk takes what still fits, and fails with the next write.
      const count = await write(bytes.subarray(0, Math.min(bytes.length, room, faults.most ?? Infinity)));
      taken += count;
      return count;
    };
    return file;
  }

  [Symbol.dispose](): void {
    Object.assign(Deno, this.#own);
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
