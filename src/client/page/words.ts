/**
 * The runtime's own words in the page's language: those of `Hyper.configure()`, else those of `<html lang>` where they
 * are known, else English.
 *
 * @module
 */
import { config, type Words } from "../config.ts";
import { doc, dom } from "../dom.ts";
import { tryLater } from "../later/load_later.ts";

/** What is said where nothing else is known, in the order of {@linkcode Words}. */
const ENGLISH: Words = {
  failed: "Something went wrong.",
  offline: "No connection.",
  retry: "Try again",
  close: "Close",
};

/** What is said in the page's language. */
let spoken: Words = ENGLISH;

/** The words as they are to be said now. */
export const words = (): Words => ({ ...spoken, ...config.messages });

/** Learns the page's language: early, because a failure may be that of the network. */
export async function loadWords(): Promise<void> {
  const language = dom(doc.documentElement).lang.slice(0, 2).toLowerCase();
  const later = /^(en)?$/.test(language) ? null : await tryLater();
  spoken = later?.translations[language] ?? ENGLISH;
}
