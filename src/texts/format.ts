// Numbers, sizes, dates, times and lists in a language, by `Intl`.

/** Formats the values of a message in the language of the text. */
export interface TextFormat {
  /** Language tag (BCP 47). */
  readonly lang: string;
  /** Formats a number. */
  number(value: number): string;
  /** Formats a size, rounded down, such as `2 MB`; a megabyte is 1,048,576 bytes here. */
  bytes(bytes: number): string;
  /** Formats a duration, rounded up to whole seconds, or from 60 seconds on to whole minutes. */
  duration(seconds: number): string;
  /** Formats a date, a time, or both, given in the format that HTML defines: `2030-12-31`, `23:59`, `2030-12-31T23:59`. */
  moment(text: string): string;
  /** Joins texts by commas and "or". */
  or(texts: readonly string[]): string;
  /** Formats a count with its noun, in the form that the number needs; `#` in a form is the number. */
  count(count: number, forms: { readonly one: string; readonly other: string }): string;
}

const KIB = 1024, MIB = KIB * KIB, GIB = KIB * MIB;

/**
 * Creates the formats of a language.
 *
 * @param lang Language tag (BCP 47).
 * @throws {RangeError} When `lang` is not a language tag.
 */
export function createTextFormat(lang: string): TextFormat {
  const numbers = new Intl.NumberFormat(lang, { maximumFractionDigits: 20 });
  const plurals = new Intl.PluralRules(lang);
  const unit = (value: number, unit: string, digits: number, display: "short" | "long"): string =>
    new Intl.NumberFormat(lang, {
      style: "unit",
      unit,
      unitDisplay: display,
      maximumFractionDigits: digits,
      roundingMode: "floor",
    }).format(value);
  return {
    lang,
    number: (value) => numbers.format(value),
    bytes: (bytes) => {
      if (bytes >= GIB) return unit(bytes / GIB, "gigabyte", 1, "short");
      if (bytes >= MIB) return unit(bytes / MIB, "megabyte", 1, "short");
      if (bytes >= KIB) return unit(bytes / KIB, "kilobyte", 1, "short");
      return unit(bytes, "byte", 0, "long");
    },
    duration: (seconds) => {
      if (seconds < 60) return unit(Math.max(1, Math.ceil(seconds)), "second", 0, "long");
      return unit(Math.ceil(seconds / 60), "minute", 0, "long");
    },
    moment: (text) => formatMoment(lang, text),
    or: (texts) => new Intl.ListFormat(lang, { type: "disjunction" }).format(texts),
    count: (count, { one, other }) =>
      (plurals.select(count) === "one" ? one : other).replace("#", numbers.format(count)),
  };
}

function formatMoment(lang: string, text: string): string {
  const isTime = /^\d\d:/.test(text);
  // A year of five digits or more has a sign and six digits in the format of `Date`.
  const iso = text.replace(/^\d{5,6}(?=-)/, (year) => `+${year.padStart(6, "0")}`);
  const date = new Date(isTime ? `1970-01-01T${text}Z` : `${iso}${text.includes("T") ? "Z" : ""}`);
  if (Number.isNaN(date.valueOf())) return text;
  const dateStyle = isTime ? {} : { dateStyle: "long" } as const;
  const timeStyle = isTime || text.includes("T") ? { timeStyle: "short" } as const : {};
  return new Intl.DateTimeFormat(lang, { ...dateStyle, ...timeStyle, timeZone: "UTC" }).format(date);
}
