import { action, type ActionContext, Form, redirect } from "@hyper/actions";
import type { Language } from "../../../language.ts";
import type { Texts } from "../../../texts.ts";
import { type Theme, themeOf, THEMES } from "../../../theme.ts";

/** Keeps a setting in a cookie for a year, and shows the page again. */
function keep({ setCookie, url }: Pick<ActionContext, "setCookie" | "url">, name: string, value: string) {
  setCookie({ name, value, maxAge: 31_536_000, sameSite: "Lax", path: "/" });
  return redirect(`${url.pathname}${url.search}`);
}

export const setLanguage = action(
  "set_language",
  { skipHandlerGuard: true },
  (ctx) => keep(ctx, "lang", ctx.data.lang === "de" ? "de" : "en"),
);

export const setTheme = action(
  "set_theme",
  { skipHandlerGuard: true },
  (ctx) => keep(ctx, "theme", encodeURIComponent(themeOf(encodeURIComponent(String(ctx.data.theme))))),
);

interface SettingsProps {
  readonly lang: Language;
  readonly theme: Theme;
  readonly t: Texts;
}

/** Buttons for the other language and the next theme. */
export function Settings({ lang, theme, t }: SettingsProps) {
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "light dark";
  return (
    <div class="settings">
      <Form action={setLanguage}>
        {lang === "de"
          ? <button name="lang" value="en" lang="en">English</button>
          : <button name="lang" value="de" lang="de">Deutsch</button>}
      </Form>
      <Form action={setTheme}>
        <button name="theme" value={next}>{t.themes[next]}</button>
      </Form>
    </div>
  );
}
