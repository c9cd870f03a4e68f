/**
 * Loads the regions that are not in the page: at once, or when the user scrolls near them.
 *
 * @module
 */
import { LOAD_ATTRIBUTE, LOADED, SCRIPTS_COOKIE } from "../../protocol/region_names.ts";
import { attr, doc, dom, ours } from "../dom.ts";
import { changeAsServer } from "../page/live_changes.ts";
import { isAwaited } from "../page/late_parts.ts";
import { tryPart } from "../parts/load_part.ts";

/** The distance from the visible part of the page at which a region is loaded. */
const NEAR = "50%";

/** Loads regions until the signal is aborted. Returns a function that finds them, for content that no event announces. */
export function loadLateRegions(signal: AbortSignal): () => void {
  rememberScripts();
  const near = new IntersectionObserver((entries) => {
    renewLate(entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target));
  }, { rootMargin: NEAR });
  const find = () => {
    const late = ours(`[${LOAD_ATTRIBUTE}]:not([${LOAD_ATTRIBUTE}=${LOADED}])`).filter((region) => !isAwaited(region));
    const [visible, lazy] = [true, false].map((is) =>
      late.filter((region) => is === (attr(region, LOAD_ATTRIBUTE) === "visible"))
    );
    visible?.forEach((region) => near.observe(region));
    renewLate(lazy ?? []);
  };
  for (const type of ["hyper:swap:after", "hyper:navigate:after", "hyper:history:restore:after"]) {
    addEventListener(type, find, { signal });
  }
  signal.addEventListener("abort", () => near.disconnect());
  return find;

  function renewLate(regions: Element[]): void {
    if (!regions.length) return;
    for (const region of regions) {
      near.unobserve(region);
      changeAsServer(() => dom(region).setAttribute(LOAD_ATTRIBUTE, LOADED));
    }
    // Shown by the next page if it cannot be loaded.
    void tryPart("live").then((live) => live?.renewRegions(regions));
  }
}

/** Tells the server that scripts run here. */
function rememberScripts(): void {
  try {
    doc.cookie = `${SCRIPTS_COOKIE}=1;path=/;samesite=lax`;
  } catch {
    // A sandboxed frame has no cookies (HTML, 3.1.4): its pages contain their regions.
  }
}
