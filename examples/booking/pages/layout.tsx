import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";
import { en } from "../texts.ts";
import { Account } from "./_components/account/component.tsx";
import { Settings } from "./_components/settings/component.tsx";
import type { RootContext } from "./page.tsx";

/** The layout of every page. On error pages, values of the context may be missing. */
export default function Layout({ children, context }: LayoutProps<string, RootContext>) {
  const { user = null, lang = "en", theme = "light dark", t = en } = context;
  return (
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme} />
        <title>{t.practice}</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/booking.css")} />
        <ClientScript />
      </head>
      <body>
        <a class="skip" href="#main">{t.skip}</a>
        <header class="site">
          <strong>{t.practice}</strong>
          <nav>
            <a href="/">{t.calendar}</a>
            {user !== null && <a href="/mine">{t.mine}</a>}
            {user !== null && <a href="/profile">{t.profile}</a>}
            {user?.role === "staff" && <a href="/staff">{t.staff}</a>}
          </nav>
          <Settings lang={lang} theme={theme} t={t} />
          <Account user={user} t={t} />
        </header>
        <main id="main">{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
