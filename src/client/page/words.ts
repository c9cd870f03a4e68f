/**
 * The texts of the runtime: those of `Hyper.configure()`, else those that the server sends with the page, else those of the page's
 * language where the runtime has them, else English.
 *
 * @module
 */
import { type BrowserTexts, FAILURE_TEXTS } from "../../protocol/browser_texts.ts";
import { config } from "../config.ts";

/** The texts that are there before the rest of the runtime, and those that came later. */
export type RuntimeTexts = typeof FAILURE_TEXTS & Partial<BrowserTexts>;

/** The texts of the page. Those of its language and of the server are put in when they have been loaded. */
export const pageTexts: RuntimeTexts = { ...FAILURE_TEXTS };

/** Returns the texts to show now. */
export const words = (): RuntimeTexts => ({ ...pageTexts, ...config.messages });
