// Fingerprints of static files: a part of the hash of a file's content, in its URL.

import { hashFileSync, readFactsSync } from "../platform/files.ts";

/** Larger files have no fingerprint: they are read in one step, during which the process does nothing else. */
export const MAX_FINGERPRINT_BYTES = 16 * 1024 * 1024;

const DIGITS = 12;
const NAME = new RegExp(`^(.+)\\.([0-9a-f]{${DIGITS}})(\\.[^./]*)?$`);

/** A file as it was when its fingerprint was computed. */
interface Fingerprinted {
  readonly size: number;
  readonly modified: number;
  readonly fingerprint: string;
}

// One entry for each file of the application; an entry is replaced when its file changes.
const known = new Map<string, Fingerprinted>();

/**
 * Returns the fingerprint of a file: 12 hexadecimal digits of the SHA-256 of its content. The content is read again only after
 * the file has changed.
 *
 * @param path The absolute path, with links followed.
 * @returns The fingerprint; `null` for a path that is not that of a file, or of one larger than 16 MiB (16,777,216 bytes).
 * @throws {Error} When the file does not exist or cannot be read.
 */
export function fingerprintOf(path: string): string | null {
  const { isFile, size, modified } = readFactsSync(path);
  if (!isFile || size > MAX_FINGERPRINT_BYTES) return null;
  const last = known.get(path);
  if (last !== undefined && last.size === size && last.modified === modified) return last.fingerprint;
  const fingerprint = hashFileSync(path).slice(0, DIGITS);
  known.set(path, { size, modified, fingerprint });
  return fingerprint;
}

/** Returns a URL path with a fingerprint before the last extension: `/style.4f3a9c02d1b7.css`. */
export function addFingerprint(path: string, fingerprint: string): string {
  const start = path.lastIndexOf("/") + 1;
  const dot = path.lastIndexOf(".");
  const end = dot > start ? dot : path.length;
  return `${path.slice(0, end)}.${fingerprint}${path.slice(end)}`;
}

/** Returns the name of a file and the fingerprint that is in it; `null` if the name has none. */
export function splitFingerprint(name: string): { readonly name: string; readonly fingerprint: string } | null {
  const [, base, fingerprint, extension = ""] = NAME.exec(name) ?? [];
  return base === undefined || fingerprint === undefined ? null : { name: base + extension, fingerprint };
}
