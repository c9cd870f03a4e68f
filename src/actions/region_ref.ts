// References to regions: the name, the instance and the signature, as the root element of a region and requests have them.
//
// ```
// comments:.IHnWqsF0Zh4EN3P0mzb8dA      a region without an instance, signed
// row:~42.q0f3wzyN8b1GQ4Yp7b3S-g        an instance
// row:~42                               an instance of a region with a guard
// ```
//
// Without a signature, `<Row instance={id} />` in a filtered list would make every row of the table readable: a client may name any
// instance. The signature covers the page path, so that a region of a guarded page is not rendered behind the guard of another.
import { isSameSecret, signText } from "../platform/hash.ts";

/** The instance of a region that a reference names. */
export interface RegionRef {
  /** The name of the region. */
  readonly name: string;
  /** The instance, or `null`. */
  readonly instance: string | null;
  /** The signature; `""` if it has none. */
  readonly signature: string;
}

/** The page and the user that a region was rendered for. */
export interface RegionScope {
  /** The path of the page. */
  readonly path: string;
  /** The principal, or `null`. */
  readonly principal: string | null;
}

/** Maximum length of an instance. */
export const MAX_INSTANCE = 200;

const REFERENCE =
  /^([A-Za-z][A-Za-z0-9_-]{0,63}):((?:[A-Za-z0-9_~!*'()-]|%[0-9A-F]{2}){0,2400})(?:\.([A-Za-z0-9_-]{22}))?$/;

/**
 * Returns the text of a reference. An empty instance is written as `~`, so that it differs from none; dots separate the signature.
 *
 * @param signature The signature; `""` for a region with a guard.
 */
export function writeReference(name: string, instance: string | null, signature: string): string {
  const written = instance === null ? "" : `~${encodeURIComponent(instance).replaceAll(".", "%2E")}`;
  return `${name}:${written}${signature === "" ? "" : `.${signature}`}`;
}

/** Reads a reference; returns `null` if it is malformed. */
export function readReference(text: string): RegionRef | null {
  const match = REFERENCE.exec(text);
  if (match === null) return null;
  const [, name = "", written = "", signature = ""] = match;
  if (written === "") return { name, instance: null, signature };
  const instance = written.startsWith("~") ? decodeReference(written.slice(1)) : null;
  return instance === null || instance.length > MAX_INSTANCE ? null : { name, instance, signature };
}

/** Signs and verifies references. The first key signs; all of them verify. */
export class Signatures {
  readonly #keys: readonly [string, ...string[]];

  /** @param keys The keys, the current one first. */
  constructor(keys: readonly [string, ...string[]]) {
    this.#keys = keys;
  }

  /** Returns the signature of an instance of a region. */
  sign(name: string, instance: string | null, scope: RegionScope): string {
    return signText(textOf(name, instance, scope), this.#keys[0]);
  }

  /** Returns whether one of the keys has signed a reference for this page and this user. */
  verify({ name, instance, signature }: RegionRef, scope: RegionScope): boolean {
    const text = textOf(name, instance, scope);
    return signature !== "" && this.#keys.some((key) => isSameSecret(signText(text, key), signature));
  }
}

/** The signed text. JSON, so that no part can contain the next one. */
function textOf(name: string, instance: string | null, { path, principal }: RegionScope): string {
  return JSON.stringify(["hyper:region", name, instance, path, principal]);
}

function decodeReference(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // The escapes are not UTF-8: not a reference that was written here.
    return null;
  }
}
