/**
 * Scripts that the server asks for. Loaded when the first one is.
 *
 * @module
 */
import { doc } from "../later/runtime_exports.ts";

/** How often a script could not be loaded, by its URL; as long as the page lives. */
const failed = new Map<string, number>();

/**
 * Loads a module, once.
 *
 * @param src Its URL, relative to the page.
 * @throws {TypeError} When it is no script of http, or cannot be had; then it may be asked for again.
 */
export async function loadScript(src: string): Promise<void> {
  const { protocol, href } = new URL(src, doc.baseURI);
  if (!/^http/.test(protocol)) throw new TypeError(`Cannot load script "${src}"`);
  const failures = failed.get(href) ?? 0;
  try {
    // A browser remembers that a module could not be had; under another fragment it asks again.
    await import(href + "#".repeat(failures));
  } catch (error) {
    failed.set(href, failures + 1);
    throw error;
  }
}
