/**
 * Appends the next page of a region when its link is used. Without this part, and in another tab, the link leads to a page that begins
 * there.
 *
 * @module
 */
import { PAGES_ATTRIBUTE } from "../../protocol/names.ts";
import { MORE_ACTION, MORE_ATTRIBUTE } from "../../protocol/region_names.ts";
import { attr, doc, dom, isOff } from "../dom.ts";
import { changeAsServer } from "../page/live_changes.ts";
import { entryOf, REGION } from "../page/region_list.ts";

/** Loads more until the signal is aborted. */
export function loadMore(signal: AbortSignal): void {
  // Captured: the link must not start a navigation.
  doc.addEventListener("click", (event) => {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event;
    const link = target instanceof Element && dom(target).closest(`[${MORE_ATTRIBUTE}]`);
    const region = link && dom(link).closest(REGION);
    if (!region || isOff(link) || button || ctrlKey || metaKey || shiftKey || altKey) return;
    event.preventDefault();
    void appendPage(region, link);
  }, { signal, capture: true });
}

async function appendPage(region: Element, link: Element): Promise<void> {
  const regions = entryOf(region);
  const outcome = await globalThis.action(MORE_ACTION, { regions, cursor: attr(link, MORE_ATTRIBUTE) }, {
    key: MORE_ACTION + regions,
    sync: "block",
    sourceEl: link,
  }).catch(() => null);
  // An event has reported a failure.
  if (!outcome?.ok) return;
  const count = Number(attr(region, PAGES_ATTRIBUTE)) || 1;
  changeAsServer(() => dom(region).setAttribute(PAGES_ATTRIBUTE, `${count + 1}`));
}
