/**
 * The texts of the runtime that are not English, and those that the application has replaced. Part of the file that is loaded later.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import type { RuntimeTexts } from "./words.ts";

/** The English texts, as they were before any other. */
let english: RuntimeTexts | undefined;

/**
 * Puts in the texts of the page: those of its language, and over them those that the server sends with it.
 *
 * @param texts The texts of the page before; changed when those of its language have been loaded.
 */
export async function loadPageTexts(texts: RuntimeTexts): Promise<void> {
  english ??= { ...texts };
  const language = dom(doc.documentElement).lang.slice(0, 2).toLowerCase();
  const script = doc.querySelector("script[data-hyper-messages]");
  const sent = script && dom(script).getAttribute("data-hyper-messages");
  // Without the file of a language, its page has English texts.
  const { TRANSLATIONS } = await import("../../protocol/translations.ts").catch(() => ({ TRANSLATIONS: {} }));
  const translated = Object.entries(TRANSLATIONS).find(([known]) => known === language)?.[1];
  Object.assign(texts, english, translated, JSON.parse(sent ?? "{}"));
}
