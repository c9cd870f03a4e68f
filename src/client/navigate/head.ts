/**
 * The head of a page that is shown in this document: first what is to change, as a plain value, then the change.
 *
 * @module
 */
import type { PageHead } from "./fetch_page.ts";
import type { View } from "../dom.ts";
import { doc, dom } from "../later/runtime_exports.ts";
import { isOwn } from "./own_url.ts";
import type { TrustedPolicy } from "../page/markup.ts";
import { type Governed, grantTo, policyOf } from "./script_policy.ts";

/** How long new style sheets are waited for, in milliseconds. */
const STYLE_MS = 3000;
/**
 * What a document obeys from where it stands: URLs are relative to it, policies stay in force, a refresh leaves the page.
 * None of it can be taken back. In a `noscript` it means something to a browser without scripts alone.
 */
const REFRESH = "meta[http-equiv=refresh i]:not(noscript *)";
const STANDING = ":is(base,meta[http-equiv=content-security-policy i]):not(noscript *)";

/** An element that a new head brings. */
interface Addition {
  /** The element, as it was parsed. */
  readonly element: View<Element>;
  /** The URL it loads; empty where it loads nothing. */
  readonly url: string;
  /** The nonce it is given; empty for none. */
  readonly nonce: string;
}

/** What changes when a new head takes the place of ours. */
export interface HeadPlan {
  /** What is new, in order. */
  readonly added: readonly Addition[];
  /** What the new head has not. */
  readonly gone: readonly View<Element>[];
}

/**
 * Plans what a new head brings: style sheets, scripts with a source, and the rest but for inline scripts, which never run:
 * a nonce says that the server has written them, and not that they can run twice in one document.
 *
 * @param page The new page.
 * @param response The head of the response it came in.
 * @returns The plan; `null` where only the browser can show the page.
 */
export function planHead(page: Document, { url, headers }: PageHead): HeadPlan | null {
  const { baseURI } = doc;
  const view = dom(page);
  const from = view.querySelector("base[href]") ? baseURI : url;
  if (doc.querySelector(REFRESH) || view.querySelector(REFRESH)) return null;
  if (standingOf(doc, baseURI) !== standingOf(view, from)) return null;
  const policy = policyOf(headers);
  const old = new Map(childrenOf(doc).map((element) => [keyOf(element, baseURI), element]));
  const added: Addition[] = [];
  for (const element of childrenOf(view)) {
    if (old.delete(keyOf(element, from)) || element.matches("title,base,script:not([src]),noscript")) continue;
    const url = urlOf(element, from);
    const kind = element.localName === "script" ? "script" : "style";
    const grant = grantTo(element, kind, isOwn(URL.parse(url)), policy);
    // A style sheet that is not allowed here is not allowed by the policy in force either, or harms as little as it.
    if (kind === "script" && grant === "unknown") return null;
    added.push({ element, url, nonce: grant === "nonce" ? ownNonce(kind) : "" });
  }
  return { added, gone: [...old.values()] };
}

/**
 * Brings in what is new, and waits for style sheets.
 *
 * @param plan What changes.
 * @param trust Lets the URL of a script through.
 * @param signal Ends the waiting.
 * @returns What takes out our links and metas that the new head has not, unless they carry `hyper-keep`.
 */
export async function mergeHead(
  { added, gone }: HeadPlan,
  trusted: TrustedPolicy,
  signal: AbortSignal,
): Promise<() => void> {
  const styles: Promise<unknown>[] = [];
  for (const { element, url, nonce } of added) {
    const copy = element.localName === "script"
      ? script(element, trusted.createScriptURL(url))
      : element.cloneNode(true);
    // The policy of the document on the screen is in force: the nonce of another one is worth nothing.
    // The parser puts no foreign element there (HTML, 13.2.6.4.4).
    const view = dom(copy) as View<HTMLElement>;
    view.removeAttribute("nonce");
    view.nonce = nonce;
    if (copy instanceof HTMLLinkElement) {
      copy.href = url;
      if (copy.matches("[rel~=stylesheet]")) styles.push(new Promise((done) => copy.onload = copy.onerror = done));
    }
    doc.head.append(copy);
  }
  // A page without its style is a worse sight than the old one a little longer, but not for ever.
  const enough = AbortSignal.any([signal, AbortSignal.timeout(STYLE_MS)]);
  await Promise.race([Promise.all(styles), new Promise((done) => enough.onabort = done)]);
  return () => {
    // A style element may be some library's.
    for (const element of gone) {
      if (element.matches(":is(link,meta):not([hyper-keep])")) element.remove();
    }
  };
}

/** The elements of a head. */
const childrenOf = (page: View<Document>): View<Element>[] => [...page.head.children].map(dom);

/** A script that runs, which one made by a parser of ours does not. */
function script(from: View<Element>, url: string): HTMLScriptElement {
  const made = doc.createElement("script");
  for (const { name, value } of from.attributes) if (name !== "src") made.setAttribute(name, value);
  made.async = from.hasAttribute("async");
  made.src = url;
  return made;
}

/** The nonce of the document on the screen; empty without one. It is hidden from the attribute (HTML, 3.2.6.6). */
function ownNonce(kind: Governed): string {
  const bearer = kind === "script"
    ? doc.querySelector<HTMLScriptElement>("script[nonce]")
    : doc.querySelector<HTMLStyleElement>("style[nonce],link[nonce]");
  return bearer?.nonce ?? "";
}

/** What a document obeys from where it stands, to be compared with another's. */
function standingOf(page: View<Document>, base: string): string {
  return `${[...page.querySelectorAll(STANDING)].map((element) => keyOf(dom(element), base))}`;
}

/** What makes two elements of a head the same: the kind and the URL, or the markup. Nonces differ from page to page. */
function keyOf(element: View<Element>, base: string): string {
  const url = urlOf(element, base);
  return url
    ? `${element.localName} ${element.getAttribute("rel")} ${url}`
    : element.outerHTML.replace(/ nonce="[^"]*"/, "");
}

/** The URL that an element loads, as seen from the page it stands in; empty where it loads nothing. */
function urlOf(element: View<Element>, base: string): string {
  const source = element.getAttribute("src") ?? element.getAttribute("href");
  return source ? URL.parse(source, base)?.href ?? "" : "";
}
