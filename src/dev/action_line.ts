// Formats the log line of an action: `name=value` pairs in a fixed order, for `grep` and `cut`.

/** The facts in a line. */
export interface ActionLine {
  /** Full name of the action, or the requested name if it does not exist. */
  readonly action: string;
  /** The outcome. */
  readonly outcome: string;
  /** HTTP status. */
  readonly status: number;
  /** Lane of the call, or `null` if not known. */
  readonly lane: string | null;
  /** Time from the request to the response, or to the end of a stream, in milliseconds. */
  readonly ms: number;
  /** Names of the invalid fields; `""` is the form. */
  readonly issues: readonly string[];
  /** Number of events of a stream; `null` for other responses, and when a stream begins. */
  readonly events: number | null;
  /** The request ID, or `null`. */
  readonly id: string | null;
}

/** Formats the line. Unknown values are `-`; values with special characters are JSON strings. */
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
  return pairs.map(([name, value]) => `${name}=${formatValue(value)}`).join(" ");
}

/** Maximum length of a value. */
const MAX_VALUE = 200;

function formatValue(value: string): string {
  const short = value.slice(0, MAX_VALUE);
  if (/^[\w.,:#@/()[\]-]+$/.test(short)) return short;
  // JSON does not escape these. Terminals interpret some of them, or end the line.
  return JSON.stringify(short).replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
