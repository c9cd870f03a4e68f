// Header values with parameters: `Content-Type` of a request, `Content-Disposition` of a part.

/** A value and its parameters. */
export interface HeaderValue {
  /** The value, in lower case. */
  readonly value: string;
  /** The parameters, by name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Syntax of quoted texts: with backslash escapes (RFC 9110, 5.6.4), or as browsers send forms, with `%22` for a quotation mark. */
export type Quoting = "http" | "form";

// RFC 9110, 5.6.2, with the slash of a media type.
const VALUE = /[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\/[!#$%&'*+.^_`|~0-9A-Za-z-]+)?/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SPACE = /[\t ]*/y;
const HTTP_QUOTED = /"((?:[^"\\]|\\.)*)"/y;
// A browser sends a backslash as it is (HTML, "multipart/form-data encoding algorithm"). Read as an escape, it would hide the end of
// the name and the parameter after it.
const FORM_QUOTED = /"([^"]*)"/y;

/** Returns whether a string is a token (RFC 9110, 5.6.2), as names of headers and cookies are. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
}

/**
 * Parses a header value with parameters, strictly and in one pass.
 *
 * @param text The value of the header.
 * @param quoting The syntax of quoted texts.
 * @returns The value; `null` when it is malformed or repeats a parameter, of which two readers could use different ones.
 */
export function parseHeaderValue(text: string, quoting: Quoting): HeaderValue | null {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match;
  };

  take(SPACE);
  const value = take(VALUE)?.[0].toLowerCase();
  if (value === undefined) return null;
  const parameters = new Map<string, string>();
  for (take(SPACE); at < text.length; take(SPACE)) {
    if (text[at] !== ";") return null;
    at++;
    take(SPACE);
    if (at === text.length || text[at] === ";") continue;
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined || text[at] !== "=" || parameters.has(name)) return null;
    at++;
    const quoted = take(quoting === "form" ? FORM_QUOTED : HTTP_QUOTED)?.[1];
    const parameter = quoted === undefined ? take(TOKEN)?.[0] : unquoteParameter(quoted, quoting);
    if (parameter === undefined) return null;
    parameters.set(name, parameter);
  }
  return { value, parameters };
}

function unquoteParameter(text: string, quoting: Quoting): string {
  if (quoting === "http") return text.replace(/\\(.)/g, "$1");
  // The three characters that form encoding escapes.
  return text.replace(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
