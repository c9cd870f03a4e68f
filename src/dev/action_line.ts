/**
 * An action → its line on the console: `name=value` pairs in one order, so that `grep` finds and `cut` cuts them.
 *
 * @module
 */

/** What a line says. */
export interface ActionLine {
  /** The full name of the action, or what was asked for in its place. */
  readonly action: string;
  /** What came of it. */
  readonly outcome: string;
  /** The status of the answer. */
  readonly status: number;
  /** The lane of the browser, or `null` where it is not known. */
  readonly lane: string | null;
  /** Milliseconds from the request to the answer, of a stream that is over to its end. */
  readonly ms: number;
  /** The fields that were refused; `""` is the form itself. */
  readonly issues: readonly string[];
  /** How many events a stream has sent; `null` for an answer that is none, or has just begun. */
  readonly events: number | null;
  /** The id of the request, or `null`. */
  readonly id: string | null;
}

/** Writes the line; what is not known is `-`. A value with anything but plain characters is a JSON string. */
export function formatActionLine({ action, outcome, status, lane, ms, issues, events, id }: ActionLine): string {
  const fields = issues.map((name) => name === "" ? "(form)" : name);
  const pairs: [string, string][] = [
    ["action", action],
    ["outcome", outcome],
    ["status", String(status)],
    ["lane", lane ?? "-"],
    ["ms", ms.toFixed(1)],
    ["issues", fields.length === 0 ? "-" : fields.join(",")],
    ...events === null ? [] : [["events", String(events)] satisfies [string, string]],
    ["id", id ?? "-"],
  ];
  return pairs.map(([name, value]) => `${name}=${quoted(value)}`).join(" ");
}

/** The most characters of a value. */
const MAX_VALUE = 200;

function quoted(value: string): string {
  const short = value.slice(0, MAX_VALUE);
  if (/^[\w.,:#@/()[\]-]+$/.test(short)) return short;
  // JSON leaves these as they are, and a terminal obeys some of them, ends a line at others.
  return JSON.stringify(short).replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
