/**
 * Loads scripts for the `load_js` event. Loaded with the first one.
 *
 * @module
 */
import { doc } from "../dom.ts";

/** Number of failures by URL. */
const failed = new Map<string, number>();

/**
 * Loads a module, once.
 *
 * @param src URL of the module, relative to the page.
 * @throws {TypeError} When the scheme is not http or https, or the module cannot be loaded. A later call tries again.
 */
export async function loadScript(src: string): Promise<void> {
  const { protocol, href } = new URL(src, doc.baseURI);
  if (!/^http/.test(protocol)) throw new TypeError(`Cannot load script "${src}"`);
  const failures = failed.get(href) ?? 0;
  try {
    // A browser does not fetch a module again that failed, except under another fragment.
    await import(href + "#".repeat(failures));
  } catch (error) {
    failed.set(href, failures + 1);
    throw error;
  }
}
