/**
 * The runtime's own words in the page's language: those of `Hyper.configure()`, else those of `<html lang>` where they
 * are known, else English.
 *
 * @module
 */
import { config, type Messages } from "./config.ts";

/** What is said where nothing else is known, in the order of {@linkcode Messages}. */
const ENGLISH = "Something went wrong.|No connection.|Try again|Close|Leave without saving?";

/** Other languages by their code; empty until they are learned. */
let translations: Readonly<Record<string, string>> = {};

/** The words as they are to be said now. */
export function words(): Messages {
  const text = translations[language()] ?? ENGLISH;
  // Every language has a word for everything, which a test holds.
  const [failed, offline, retry, close, unsaved] = text.split("|") as [string, string, string, string, string];
  return { failed, offline, retry, close, unsaved, ...config.messages };
}

/** Takes in words of other languages. */
export function learnWords(words: Readonly<Record<string, string>>): void {
  translations = words;
}

/** The language of the page, as its two letters; empty where it has none. */
export const language = (): string => document.documentElement.lang.slice(0, 2).toLowerCase();
