/**
 * An error report → markup at the end of a page, for whoever has scripts off, or a page that breaks them. The panel takes
 * it from there.
 *
 * @module
 */
import { DEV_ERROR_ATTRIBUTE, type ErrorReport } from "../protocol/dev.ts";

/** Writes an error into a page: every text of it is text. */
export function errorMarkup(report: ErrorReport): string {
  const { where, message, place, source, line, stack } = report;
  const lines = source.map((each) =>
    `${each.line === line ? ">" : " "} ${String(each.line).padStart(5)} | ${each.text}\n`
  );
  return (
    // The report itself, for the panel: in an attribute, because a script of data would need a nonce in some policies.
    `<section ${DEV_ERROR_ATTRIBUTE}="${escape(JSON.stringify(report))}"><h2>${escape(where)}</h2>` +
    `<p><strong>${escape(message)}</strong></p>` +
    (place === null ? "" : `<p>${escape(place)}</p>`) +
    // A parser drops the first newline of a <pre> (HTML, 13.2.6.4.7).
    (lines.length === 0 ? "" : `<pre>\n${escape(lines.join(""))}</pre>`) +
    `<pre>\n${escape(stack)}</pre></section>`
  );
}

/** A whole page, for an application that has not started. */
export function failedStart(report: ErrorReport): string {
  return failedPage(errorMarkup(report));
}

/** The same for a browser that may not see why. */
export function hiddenFailedStart(): string {
  return failedPage(`<p>The console of the server shows why.</p>${INVITATION}`);
}

/** The line of a page that says how to see more. It is for anyone: it holds nothing of the server and nothing of the request. */
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

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
