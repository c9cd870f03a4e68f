// Formats an error report as markup for the end of a page, which is readable without scripts. The panel moves it to a
// dialog.
import { DEV_ERROR_ATTRIBUTE, type ErrorReport } from "../protocol/dev.ts";

/** Formats an error. All texts are escaped. */
export function errorMarkup(report: ErrorReport): string {
  const { where, message, place, source, line, stack } = report;
  const lines = source.map((each) =>
    `${each.line === line ? ">" : " "} ${String(each.line).padStart(5)} | ${each.text}\n`
  );
  return (
    // The report for the panel. In an attribute, because some policies require a nonce even for data scripts.
    `<section ${DEV_ERROR_ATTRIBUTE}="${escapeMarkup(JSON.stringify(report))}"><h2>${escapeMarkup(where)}</h2>` +
    `<p><strong>${escapeMarkup(message)}</strong></p>` +
    (place === null ? "" : `<p>${escapeMarkup(place)}</p>`) +
    // The parser drops the first newline in a `<pre>` (HTML, 13.2.6.4.7).
    (lines.length === 0 ? "" : `<pre>\n${escapeMarkup(lines.join(""))}</pre>`) +
    `<pre>\n${escapeMarkup(stack)}</pre></section>`
  );
}

/** Formats a page for an application that did not start. */
export function failedStart(report: ErrorReport): string {
  return failedPage(errorMarkup(report));
}

/** Formats the same page for a browser that may not see the reason. */
export function hiddenFailedStart(): string {
  return failedPage(`<p>The console of the server shows why.</p>${INVITATION}`);
}

/** Tells how to see errors. Visible to everyone, so it contains nothing of the server or the request. */
export const INVITATION =
  "<p><small>Development mode: to see errors here, open once the link that the console of the server shows.</small></p>";

function failedPage(content: string): string {
  return (
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>The application did not start</title></head>` +
    `<body><h1>The application did not start</h1>${content}</body></html>`
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
