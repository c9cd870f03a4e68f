import { action, type ContextFunctions, Form, redirect } from "@hyper/actions";

/** Values of `<meta name="color-scheme">`, in the order in which the button sets them, and their names. */
const THEMES = new Map([["light dark", "as the system"], ["dark", "dark"], ["light", "light"]]);
const SCHEMES = [...THEMES.keys()];

/** The theme of the user, from the cookie: it can contain anything. */
export const themeContext = {
  theme: ({ cookies }) => SCHEMES.find((scheme) => encodeURIComponent(scheme) === cookies.get("theme")) ?? "light dark",
} satisfies ContextFunctions;

export const setTheme = action("set_theme", ({ data, setCookie, url }) => {
  const theme = SCHEMES.find((scheme) => scheme === data.theme) ?? "light dark";
  setCookie({ name: "theme", value: encodeURIComponent(theme), maxAge: 31_536_000, sameSite: "Lax", path: "/" });
  return redirect(`${url.pathname}${url.search}`);
});

/** A button that names the theme, and sets the next one. */
export function Theme({ theme }: { readonly theme: string }) {
  const next = SCHEMES[(SCHEMES.indexOf(theme) + 1) % SCHEMES.length];
  return (
    <Form action={setTheme} class="theme">
      <button type="submit" name="theme" value={next}>Theme: {THEMES.get(theme)}</button>
    </Form>
  );
}
