import { action, type ContextFunctions, Form, type PageProps, redirect } from "@hyper/actions";

/** Your texts. Each language has the same keys: TypeScript reports a missing one. */
const TEXTS = {
  en: { title: "Departures", next: (time: string) => `The next train leaves on ${time}` },
  de: { title: "Abfahrt", next: (time: string) => `Der nächste Zug fährt am ${time}` },
};
type Language = keyof typeof TEXTS;

/** Returns the language of the cookie, else that of the browser. */
function languageOf(cookie: string | null, header: string | null): Language {
  const wanted = cookie ?? header ?? "en";
  return wanted.startsWith("de") ? "de" : "en";
}

export const setLanguage = action("set_language", ({ data, setCookie, url }) => {
  setCookie({ name: "lang", value: data.lang === "de" ? "de" : "en", maxAge: 31_536_000, sameSite: "Lax", path: "/" });
  return redirect(url.pathname);
});

export const context = {
  lang: ({ cookies, request }) => languageOf(cookies.get("lang"), request.headers.get("accept-language")),
} satisfies ContextFunctions;

const DEPARTURE = new Date("2030-05-01T09:30:00Z");

export default function Departures({ context: { lang } }: PageProps<"/", typeof context>) {
  const { title, next } = TEXTS[lang];
  const format = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return (
    <div lang={lang}>
      <h1>{title}</h1>
      <p>{next(format.format(DEPARTURE))}</p>
      <Form action={setLanguage} aria-label="Language">
        <button name="lang" value="en" lang="en">English</button>
        <button name="lang" value="de" lang="de">Deutsch</button>
      </Form>
    </div>
  );
}
