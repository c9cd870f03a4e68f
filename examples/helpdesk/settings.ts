/** The language and the colors of a user, in cookies. */
import { dependency, type RequestContext } from "@hyper/actions";
import { getCookies } from "@std/http/cookie";
import { type Language, LANGUAGES, type Texts } from "./texts.ts";

/** The colors that a user can select; `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

/** The settings that a user has selected. */
export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
}

/** Returns the language of a request: the selected one, else that of the browser. */
export function languageOf({ headers }: Request): Language {
  const { language } = getCookies(headers);
  const wanted = language ?? headers.get("accept-language") ?? "";
  return wanted.startsWith("de") ? "de" : "en";
}

/** The settings of the request. */
export const settings = dependency("settings", ({ request, cookies }): Settings => {
  const theme = cookies.get("theme");
  return { language: languageOf(request), theme: theme === "light" || theme === "dark" ? theme : "auto" };
});

/** The texts in the language of the request. */
export const texts = dependency("texts", async ({ deps }): Promise<Texts> => {
  return LANGUAGES[(await deps.get(settings)).language];
});

/** Defines a form in each language. The request selects one. */
export function inLanguages<F>(define: (texts: Texts) => F): (ctx: RequestContext) => Promise<F> {
  const forms = { en: define(LANGUAGES.en), de: define(LANGUAGES.de) };
  return async ({ deps }) => forms[(await deps.get(settings)).language];
}
