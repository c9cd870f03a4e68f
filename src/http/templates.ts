// Browsers that insert `<template for>` into a page while it arrives (HTML, 2026; whatwg/html#11818).

/** The first version of Chromium that does. */
const CHROMIUM = 150;

/** The request headers by which {@linkcode knowsTemplates} decides, for `Vary`. */
export const TEMPLATES_VARY = "Sec-CH-UA, Sec-Fetch-Mode";

/**
 * Returns whether the client of a request inserts `<template for>`. Only a navigation does: a script that fetches a page parses it
 * outside a document.
 *
 * @param headers The headers of the request. Chromium sends `Sec-CH-UA` with each request in a secure context.
 */
export function knowsTemplates(headers: Headers): boolean {
  if (headers.get("sec-fetch-mode") !== "navigate") return false;
  const [, version = ""] = /"Chromium";v="(\d{1,5})/.exec(headers.get("sec-ch-ua") ?? "") ?? [];
  return Number(version) >= CHROMIUM;
}
