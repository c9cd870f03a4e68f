// The language of a request, and its texts.
import { dependency } from "@hyper/actions";
import { de, en, type Texts } from "./texts.ts";

export type Language = "en" | "de";

/** Returns the language of the cookie, else that of the browser. */
export function languageOf(request: Request): Language {
  const cookie = /(?:^|;\s*)lang=(en|de)/.exec(request.headers.get("cookie") ?? "")?.[1];
  const wanted = cookie ?? request.headers.get("accept-language") ?? "en";
  return wanted.startsWith("de") ? "de" : "en";
}

export const language = dependency("language", ({ request }) => languageOf(request));

export const texts = dependency(
  "texts",
  async ({ deps }): Promise<Texts> => await deps.get(language) === "de" ? de : en,
);

/** Formats days and moments of the practice for a language. */
export function formatter(lang: Language) {
  const show = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { ...options, timeZone: "UTC" });
    return (text: string) => format.format(new Date(text.includes("T") ? `${text}Z` : `${text}T00:00Z`));
  };
  return {
    day: show({ weekday: "short", day: "numeric", month: "short" }),
    time: show({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    moment: show({
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }),
  };
}

export type Formatter = ReturnType<typeof formatter>;

export const formats = dependency("formats", async ({ deps }) => formatter(await deps.get(language)));
