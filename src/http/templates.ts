// Which clients insert `<template for>` into a page while it arrives (HTML, 2026; whatwg/html#11818).
import type { Cookies } from "../cookies.ts";
import { LATE_HEADER } from "../protocol/late_names.ts";
import { hasScripts, SCRIPTS_VARY } from "./scripts.ts";

/** The first version of Chromium that does. */
const CHROMIUM = 150;

/**
 * The code that inserts templates: the parser of the browser, the runtime while an older browser parses the page, or the runtime when it
 * merges a page that it has fetched.
 */
export type TemplateReader = "parser" | "script" | "fetch";

/** Returns what inserts the templates of a page at the client of a request; `null` if nothing does. */
export function templateReaderOf(headers: Headers, cookies: Pick<Cookies, "get">): TemplateReader | null {
  if (headers.get(LATE_HEADER) === "1") return "fetch";
  // A script that fetches a page parses it outside a document.
  if (headers.get("sec-fetch-mode") !== "navigate") return null;
  // Chromium sends it with each request in a secure context.
  const [, version = ""] = /"Chromium";v="(\d{1,5})/.exec(headers.get("sec-ch-ua") ?? "") ?? [];
  if (Number(version) >= CHROMIUM) return "parser";
  return hasScripts(cookies) ? "script" : null;
}

/** Returns the request headers by which {@linkcode templateReaderOf} has decided, for `Vary`. */
export function varyOfTemplates(reader: TemplateReader | null): string {
  if (reader === "fetch") return LATE_HEADER;
  const browser = `${LATE_HEADER}, Sec-CH-UA, Sec-Fetch-Mode`;
  return reader === "parser" ? browser : `${browser}, ${SCRIPTS_VARY}`;
}
