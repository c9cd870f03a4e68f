/**
 * The runtime's own words in the page's language: those of `Hyper.configure()`, else those of `<html lang>` where they
 * are known, else English.
 *
 * @module
 */
import { config, type Messages } from "./config.ts";

/** What is said where nothing else is known. */
const ENGLISH: Messages = {
  failed: "Something went wrong.",
  offline: "There is no connection.",
  retry: "Try again",
  close: "Close",
  unsaved: "Leave without saving?",
};

/** Other languages by their code; `null` until they are asked for. */
let translations: Readonly<Record<string, Messages>> | null = null;

/** The words as they are to be said now. */
export function words(): Messages {
  return { ...ENGLISH, ...translations?.[language()], ...config.messages };
}

/** Fetches the other languages when the page is in one of them: early, because a failure may be that of the network. */
export function loadWords(): void {
  if (translations || /^(en)?$/.test(language())) return;
  // Without them it is English.
  import("./translations.ts").then((module) => void (translations = module.TRANSLATIONS), () => {});
}

const language = (): string => document.documentElement.lang.split("-")[0]?.toLowerCase() ?? "";
