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

/** The texts of the page: English until those of its language and of the server have been loaded into this object. */
export const pageTexts: RuntimeTexts = FAILURE_TEXTS;

/** Returns the texts to show now. */
export const words = (): RuntimeTexts => ({ ...pageTexts, ...config.messages });
