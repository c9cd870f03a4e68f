import { action, type ContextFunctions, Form, type PageProps, redirect } from "@hyper/actions";

const THEMES = ["light", "dark", "light dark"] as const;

export const setTheme = action("set_theme", ({ data, setCookie, url }) => {
  const theme = THEMES.find((name) => name === data.theme) ?? "light dark";
  setCookie({ name: "theme", value: encodeURIComponent(theme), maxAge: 31_536_000, sameSite: "Lax", path: "/" });
  return redirect(url.pathname);
});

/** Declare it in `pages/page.tsx`: all pages inherit it, and the layout can use it. */
export const context = {
  theme: ({ cookies }) => THEMES.find((name) => encodeURIComponent(name) === cookies.get("theme")) ?? "light dark",
} satisfies ContextFunctions;

type Props = PageProps<"/", typeof context>;

/** The base style uses `light-dark()`, which follows this element. "light dark" follows the system. */
export const head = ({ context: { theme } }: Props) => <meta name="color-scheme" content={theme} />;

export default function Settings({ context: { theme } }: Props) {
  return (
    <>
      <h1>Settings</h1>
      <Form action={setTheme} aria-label="Theme">
        {THEMES.map((name) => (
          <button key={name} name="theme" value={name} aria-pressed={name === theme}>
            {name === "light dark" ? "As the system" : name === "dark" ? "Dark" : "Light"}
          </button>
        ))}
      </Form>
    </>
  );
}
