/** A time, for people and for programs. */
import type { Language } from "./texts.ts";

/** Shows a time, which is in milliseconds. */
export function Time({ at, language }: { readonly at: number; readonly language: Language }) {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return <time datetime={new Date(at).toISOString()}>{format.format(at)}</time>;
}
