/**
 * The head of a page that is shown in this document.
 *
 * @module
 */
import { doc, dom } from "./lent.ts";

/** How long new style sheets are waited for, in milliseconds. */
const STYLE_MS = 3000;

/**
 * Brings what the new head has and ours has not: style sheets, which are waited for, scripts with a source, which run,
 * and the rest but for inline scripts.
 *
 * @param page The new page.
 * @param url Where it comes from.
 * @param trust Lets the URL of a script through.
 * @param signal Ends the waiting.
 * @returns What takes out our links and metas that the new head has not, unless they carry `hyper-keep`.
 */
export async function mergeHead(
  page: Document,
  url: string,
  trust: (url: string) => string,
  signal: AbortSignal,
): Promise<() => void> {
  const { head, baseURI } = doc;
  const old = new Map([...head.children].map((element) => [keyOf(element, baseURI), element]));
  const styles: Promise<unknown>[] = [];
  for (const element of [...dom(page).head.children]) {
    if (old.delete(keyOf(element, url)) || dom(element).matches("title,base,script:not([src]),noscript")) continue;
    const source = urlOf(element, url);
    const copy = dom(element).localName === "script" ? script(element, trust(source)) : doc.importNode(element, true);
    if (copy instanceof HTMLLinkElement) {
      copy.href = source;
      if (copy.matches("[rel~=stylesheet]")) styles.push(new Promise((done) => copy.onload = copy.onerror = done));
    }
    head.append(copy);
  }
  // A page without its style is a worse sight than the old one a little longer, but not for ever.
  const enough = AbortSignal.any([signal, AbortSignal.timeout(STYLE_MS)]);
  await Promise.race([Promise.all(styles), new Promise((done) => enough.onabort = done)]);
  return () => {
    // A style element may be some library's.
    for (const element of old.values()) {
      if (dom(element).matches(":is(link,meta):not([hyper-keep])")) dom(element).remove();
    }
  };
}

/** A script that runs, which one made by a parser of ours does not. */
function script(from: Element, url: string): HTMLScriptElement {
  const made = doc.createElement("script");
  for (const { name, value } of dom(from).attributes) {
    if (name !== "src" && name !== "nonce") made.setAttribute(name, value);
  }
  // The policy of the document that is on the screen is in force, so its nonce counts.
  made.nonce = doc.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
  made.async = dom(from).hasAttribute("async");
  made.src = url;
  return made;
}

/** What makes two elements of a head the same: the kind and the URL, since nonces differ from page to page. */
function keyOf(element: Element, base: string): string {
  const url = urlOf(element, base);
  const view = dom(element);
  return url ? `${view.localName} ${view.getAttribute("rel")} ${url}` : view.outerHTML;
}

/** The URL that an element loads, as seen from the page it stands in; empty where it loads nothing. */
function urlOf(element: Element, base: string): string {
  const view = dom(element);
  const source = view.getAttribute("src") ?? view.getAttribute("href");
  return source ? URL.parse(source, base)?.href ?? "" : "";
}
