/**
 * Merges the head of a page: plans the changes as a plain value, then applies them.
 *
 * @module
 */
import type { PageHead } from "./fetch_page.ts";
import { doc, dom, type View } from "../dom.ts";
import { isOf } from "../../protocol/site.ts";
import type { TrustedPolicy } from "../page/markup.ts";
import { type Governed, grantTo, policyOf } from "./script_policy.ts";

/** Longest wait for new style sheets, in milliseconds. */
const STYLE_MS = 3000;
/**
 * Elements with a lasting effect: a refresh leaves the page, a base changes URLs, a policy stays in force. None can be
 * undone.
 */
const REFRESH = "meta[http-equiv=refresh i]";
const LASTING = "base,meta[http-equiv=content-security-policy i]";

/** An element that a new head adds. */
interface Addition {
  /** The parsed element. */
  readonly element: View<Element>;
  /** The URL it loads, or an empty string. */
  readonly url: string;
  /** Its new nonce, or an empty string. */
  readonly nonce: string;
}

/** The changes that a new head makes. */
export interface HeadPlan {
  /** New elements, in order. */
  readonly added: readonly Addition[];
  /** Elements that the new head lacks. */
  readonly gone: readonly View<Element>[];
}

/**
 * Plans the changes that a new head makes. Inline scripts are not added: a nonce shows that the server has written
 * them, and not that they can run twice in a document.
 *
 * @param response The head of the response that contained the page.
 * @param isForLayer If `true`, the page is shown over the current one, without the head of its layouts.
 * @returns The plan; `null` if the browser must load the page.
 */
export function planHead(page: Document, { url, headers }: PageHead, isForLayer?: boolean): HeadPlan | null {
  const { baseURI } = doc;
  const view = dom(page);
  const base = dom(view.querySelector("base[href]"));
  // A base is relative to the URL of its document (HTML, 4.2.3).
  const from = base && URL.parse(`${base.getAttribute("href")}`, url)?.href || url;
  if (!isForLayer && doc.querySelector(REFRESH) || view.querySelector(REFRESH)) return null;
  const lasting = lastingElements(view);
  if ((lasting || !isForLayer) && lastingElements(doc) !== lasting || base && from !== baseURI) return null;
  const policy = policyOf(headers);
  const old = new Map(childrenOf(doc).map((element) => [headKey(element, baseURI), element]));
  const added: Addition[] = [];
  for (const element of childrenOf(view)) {
    if (
      old.delete(headKey(element, from)) ||
      element.matches("title,base,script:not([src]),noscript,[data-hyper-noscript]")
    ) continue;
    const url = urlOf(element, from);
    const kind = element.localName === "script" ? "script" : "style";
    const grant = grantTo(element, kind, isOf(location, URL.parse(url)), policy);
    // A forbidden style sheet is stopped by the policy in force as well, or does little harm.
    if (kind === "script" && grant === "unknown") return null;
    added.push({ element, url, nonce: grant === "nonce" ? ownNonce(kind) : "" });
  }
  return { added, gone: [...old.values()] };
}

/**
 * Adds the new elements and waits for style sheets.
 *
 * @param trusted The Trusted Types policy.
 * @param signal Ends the wait.
 * @returns Removes the links and metas that the new head lacks, except those with `hyper-keep`.
 */
export async function applyHeadPlan(
  { added, gone }: HeadPlan,
  trusted: TrustedPolicy,
  signal: AbortSignal,
): Promise<() => void> {
  const copies = added.map(({ element, url, nonce }) => {
    const copy = element.localName === "script"
      ? copyScript(element, trusted.createScriptURL(url))
      : element.cloneNode(true);
    // The nonce of another document is not valid here. The HTML parser puts only HTML elements into a head (HTML,
    // 13.2.6.4.4).
    const view = dom(copy) as View<HTMLElement>;
    view.removeAttribute("nonce");
    view.nonce = nonce;
    if (copy instanceof HTMLLinkElement && url) copy.href = url;
    return copy;
  });
  return await changeHead(copies, gone, signal);
}

/**
 * Adds elements to the head and waits for style sheets.
 *
 * @param signal Ends the wait.
 * @returns Removes the links and metas among the elements that the page lacks, except those with `hyper-keep`.
 */
export async function changeHead(
  added: readonly Node[],
  gone: readonly View<Element>[],
  signal: AbortSignal,
): Promise<() => void> {
  const styles: Promise<unknown>[] = [];
  for (const node of added) {
    if (node instanceof HTMLLinkElement && node.href && isApplied(node)) {
      styles.push(new Promise((done) => node.onload = node.onerror = done));
    }
    doc.head.append(node);
  }
  // A page without its styles looks worse than the old page shown longer, up to a limit.
  const enough = AbortSignal.any([signal, AbortSignal.timeout(STYLE_MS)]);
  await Promise.race([Promise.all(styles), new Promise((done) => enough.onabort = done)]);
  return () => {
    // A style element may belong to a library.
    for (const element of gone) {
      if (element.matches(":is(link,meta):not([hyper-keep])")) element.remove();
    }
  };
}

/** Returns `true` if a link is a style sheet that the page shows. Others may never load, or fire no event. */
const isApplied = (link: View<HTMLLinkElement>): boolean =>
  link.matches("[rel~=stylesheet i]:not([rel~=alternate i],[disabled])") &&
  /^\s*(text\/css\s*(;.*)?)?$/i.test(link.type) && matchMedia(link.media).matches;

/** Returns the elements of a head. */
const childrenOf = (page: View<Document>): View<Element>[] => [...page.head.children].map(dom);

/** Copies a script, because a parsed one does not run. */
function copyScript(from: View<Element>, url: string): HTMLScriptElement {
  const made = doc.createElement("script");
  for (const { name, value } of from.attributes) if (name !== "src") made.setAttribute(name, value);
  made.async = from.hasAttribute("async");
  made.src = url;
  return made;
}

/** Returns the nonce of the current document, which its attribute does not show (HTML, 3.2.6.6), or an empty string. */
function ownNonce(kind: Governed): string {
  const bearer = kind === "script"
    ? doc.querySelector<HTMLScriptElement>("script[nonce]")
    : doc.querySelector<HTMLStyleElement>("style[nonce],link[nonce]");
  return bearer?.nonce ?? "";
}

/** Returns the elements with a lasting effect in a comparable form. */
const lastingElements = (page: View<Document>): string => `${[...page.querySelectorAll(LASTING)].map(markupOf)}`;

/** Returns the markup of an element without the nonce, which differs in each page. */
const markupOf = (element: Element): string => dom(element).outerHTML.replace(/ nonce="[^"]*"/, "");

/**
 * Returns what identifies an element of a head: kind and URL, or markup without the nonce, which differs in each page.
 */
function headKey(element: View<Element>, base: string): string {
  const url = urlOf(element, base);
  return url ? `${element.localName} ${element.getAttribute("rel")} ${url}` : markupOf(element as Element);
}

/** Returns the URL that an element loads, or an empty string. */
function urlOf(element: View<Element>, base: string): string {
  const source = element.getAttribute("src") ?? element.getAttribute("href");
  return source ? URL.parse(source, base)?.href ?? "" : "";
}
