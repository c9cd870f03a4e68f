/**
 * Dates and times as a browser sends them, as numbers to compare and to count steps by.
 *
 * @module
 */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;

/** Counts the days of a date since 1970; `null` for a text that is not a date. */
export function parseDays(text: string): number | null {
  const [, year = "", month = "", day = ""] = DATE.exec(text) ?? [];
  if (year === "" || year === "0000") return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  // 30 February is a date for some parsers, the first of March.
  const real = !Number.isNaN(time) && new Date(time).getUTCDate() === Number(day) && Number(month) <= 12;
  return real ? time / 86_400_000 : null;
}

/** Counts the seconds of a time since midnight; `null` for a text that is not a time. */
export function parseSeconds(text: string): number | null {
  const [, hours = "", minutes = "", seconds = "0", fraction = "0"] = TIME.exec(text) ?? [];
  if (hours === "" || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${fraction}`);
}

/** Counts the seconds of a date and time since 1970; `null` for a text that is not both. */
export function parseDateTime(text: string): number | null {
  const [date = "", time = "", rest] = text.split("T");
  const days = parseDays(date);
  const seconds = parseSeconds(time);
  return days === null || seconds === null || rest !== undefined ? null : days * 86_400 + seconds;
}
