/**
 * The pages that the user has left, in memory. Back and forward show them at once, with what was entered, while the page is requested
 * again.
 *
 * ```
 * page is left ──▶ markup, fields, elements of the head ──▶ at most 16 pages ──▶ back ──▶ shown
 * another user, 401 in any tab, the document is left ──▶ all are dropped
 * ```
 *
 * Not kept: a page with `Cache-Control: no-store`, a page under a layer, and a page in whose markup Alpine has inserted elements, which it
 * would insert again.
 *
 * @module
 */
import { userMarkOf } from "../../protocol/user_mark.ts";
import { all, attr, doc, dom, type View } from "../dom.ts";
import { covered, layers, type SentPage } from "../page/layers.ts";
import { predictions } from "../page/predictions.ts";

/** Facts about a page that its markup does not show. */
export interface PageFacts {
  /**
   * The mark of the user when the page was requested; `undefined` for the first page of the document, and if the part was not loaded
   * then: such a page is not kept.
   */
  readonly user: string | undefined;
  /** Resolves to `true` if the page may be kept. */
  isStorable(): Promise<boolean>;
}

/** A page that the user has left. */
export interface KeptPage extends PageFacts {
  /** The document. */
  readonly html: string;
  readonly title: string;
  /** Its title and its `<html>` as the server has sent them; `undefined` if it was never patched. */
  readonly sent: SentPage | undefined;
  /** The elements of its head. Each was on the page, so that the policy allows it. */
  readonly head: readonly Element[];
  /** Removes from the parsed document what does not belong to the page. */
  clean(page: Document): void;
  /** Restores what was entered, when the page is shown. */
  restoreFields(): void;
}

/** The pages that the user has left. */
export interface PageCache {
  /**
   * Keeps the current page under the key of its history entry.
   *
   * @param head The elements of its head, without those of the page that follows.
   * @param sent The form that leads to that page, if one does: its fields belong to that page.
   */
  keep(key: string, facts: PageFacts, head: readonly Element[], sent: Element | null): Promise<void>;
  /** Returns the page of an entry, for one use. */
  take(key: string): KeptPage | undefined;
  /** Returns the mark of the user: see `userMarkOf()`. */
  userMark(): string;
  /** Drops the pages of all tabs. */
  clear(): void;
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The state of a control; `null` for one that is as the server has sent it, or whose state is not kept. */
type FieldState = {
  readonly value: string;
  readonly checked: boolean | undefined;
  readonly selected: readonly boolean[];
} | null;

/** Maximum number of pages. */
const MAX_PAGES = 16;
/** Maximum size of all pages, in bytes. */
const MAX_BYTES = 8 << 20;
/** Name of the channel on which a tab asks the others to drop their pages. */
const CHANNEL = "hyper:1:pages";
/** Templates of Alpine: what they insert is next to them. */
const ALPINE = "template:is([x-for],[x-if],[x-teleport])";
const CONTROLS = "input,textarea,select";
/** Fields that a browser does not restore either (HTML, 4.10.18.7.1), and those with secrets. */
const SECRET = /\boff\b|password|one-time-code|\bcc-/;
/** Types of controls without a state of the user that can be restored. */
const STATELESS = /^(password|file|hidden|submit|button|reset|image)$/;

/** Controls that have been for passwords: a page may show what is typed. */
const passwords = new WeakSet<Element>();

/** The pages by the key of their entry, the oldest first. */
const pages = new Map<string, KeptPage>();
/** The mark of the user when the document was loaded. */
let firstUser = "";
/** Replaced when the pages are dropped: a page of which it is not known yet whether it may be kept is not kept then. */
let dropped = new AbortController();
let channel: BroadcastChannel | undefined;

/** The pages that the user has left. */
export const pageCache: PageCache = {
  async keep(key, facts, head, sent) {
    if (layers[0] || doc.querySelector(ALPINE)) return;
    const page = capture(facts, head, sent);
    const { signal } = dropped;
    if (!await facts.isStorable() || signal.aborted) return;
    pages.delete(key);
    pages.set(key, page);
    let bytes = 0;
    for (const [index, [key, { html }]] of [...pages].reverse().entries()) {
      bytes += 2 * html.length;
      if (index >= MAX_PAGES || bytes > MAX_BYTES) pages.delete(key);
    }
  },
  take(key) {
    const page = pages.get(key);
    pages.delete(key);
    if (!page || page.user === userMarkOf(doc)) return page;
    clearCache();
    return undefined;
  },
  userMark: () => userMarkOf(doc),
  clear: clearCache,
};

/** Makes the cache ready, until the signal is aborted. */
export function startPageCache(ended: AbortSignal): void {
  const listening = { signal: ended };
  firstUser = userMarkOf(doc);
  openChannel();
  addEventListener("pageshow", openChannel, listening);
  addEventListener("pagehide", closeChannel, listening);
  ended.addEventListener("abort", closeChannel);
  addEventListener("hyper:requestError", ({ detail: { status } }) => status === 401 && clearCache(), listening);
  notePasswords();
  for (const type of ["focusin", "input"]) addEventListener(type, notePasswords, { ...listening, capture: true });
}

function openChannel(): void {
  channel ??= new BroadcastChannel(CHANNEL);
  channel.onmessage = dropPages;
}

/** Drops the pages: a document in the back/forward cache hears nothing of the other tabs. */
function closeChannel(): void {
  dropPages();
  channel?.close();
  channel = undefined;
}

function dropPages(): void {
  pages.clear();
  dropped.abort();
  dropped = new AbortController();
}

function clearCache(): void {
  dropPages();
  channel?.postMessage("");
}

function notePasswords(): void {
  for (const control of all("[type=password]")) passwords.add(control);
}

/** Returns the markup of the page without alerts and toasts of the runtime, whose styles the policy of a page may forbid in markup. */
function ownBody(): string {
  // In a document that is not shown, custom elements do nothing.
  const body = dom(doc.implementation.createHTMLDocument()).importNode(doc.body, true);
  for (const own of all("[data-hyper-own]", body)) dom(own).remove();
  return dom(body).outerHTML;
}

/** Returns the current page. */
function capture(facts: PageFacts, head: readonly Element[], sent: Element | null): KeptPage {
  const body = predictions.around(ownBody);
  // A copy of an element is one.
  const root = dom(covered.sent?.root ?? doc.documentElement).cloneNode() as Element;
  const modal = all("dialog").map((dialog) => dom(dialog).matches(":modal"));
  const states = statesOf(sent);
  return {
    ...facts,
    user: facts.user ?? firstUser,
    html: dom(root).outerHTML.replace(/<\/html>$/, "") + body,
    title: doc.title,
    sent: covered.sent,
    head,
    clean(page) {
      // Without a script, a dialog is open but not modal.
      all("dialog", page).forEach((dialog, index) => modal[index] && dom(dialog).removeAttribute("open"));
      // Requests that were in flight.
      for (const busy of all("[aria-busy]", page)) dom(busy).removeAttribute("aria-busy");
    },
    restoreFields() {
      const rest = new Map([...states].map(([signature, found]) => [signature, [...found]]));
      for (const control of controls()) restoreState(control, rest.get(signatureOf(control))?.shift() ?? null);
    },
  };
}

/**
 * Returns the states of the controls, by what identifies them. A function of its own: the functions of a kept page would hold the form,
 * and the page around it.
 *
 * @param sent The form that was sent, whose controls are as the server has them.
 */
function statesOf(sent: Element | null): Map<string, FieldState[]> {
  const fields = Map.groupBy(controls(), signatureOf);
  return new Map(
    [...fields].map(([signature, found]) => [
      signature,
      // A control without a form does not belong to one that was sent.
      found.map((control) => sent && control.form === sent ? null : stateOf(control)),
    ]),
  );
}

/** Returns the controls of the page, except those that stay on the page. */
const controls = (): Control[] =>
  // The selector matches no other elements.
  all(CONTROLS).filter((control) => !dom(control).closest("[hyper-keep],[data-hyper-own]")) as Control[];

const signatureOf = ({ localName, name, type, id }: View<Control>): string => `${[localName, name, type, id]}`;

function stateOf(control: Control): FieldState {
  const { form, type, value } = control;
  const autocomplete = attr(control, "autocomplete") ?? attr(form, "autocomplete") ?? "";
  if (STATELESS.test(type) || SECRET.test(autocomplete) || passwords.has(control)) return null;
  const { checked } = control as Partial<HTMLInputElement>;
  const selected = optionsOf(control).map((option) => option.selected);
  return { value, checked, selected };
}

function restoreState(control: Control, state: FieldState): void {
  const { checked, defaultChecked, defaultValue = "", value, type } = control as HTMLInputElement;
  if (/^(checkbox|radio)$/.test(type)) {
    const wanted = state?.checked ?? defaultChecked;
    if (checked !== wanted) (control as HTMLInputElement).checked = wanted;
  } else if (control instanceof HTMLSelectElement) {
    optionsOf(control).forEach((option, index) => {
      const wanted = state?.selected[index] ?? option.defaultSelected;
      if (option.selected !== wanted) option.selected = wanted;
    });
  } else if (type === "file") control.value = "";
  else if (!STATELESS.test(type) || type === "password") {
    const wanted = state?.value ?? defaultValue;
    if (value !== wanted) control.value = wanted;
  }
}

const optionsOf = (control: Control): HTMLOptionElement[] =>
  control instanceof HTMLSelectElement ? [...control.options] : [];
