import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";
import { LANGUAGES } from "../texts.ts";
import { Account } from "./_components/account/component.tsx";
import type { RootContext } from "./page.tsx";

/** The layout of every page. The error pages use it too, possibly without context. */
export default function Layout({ children, context }: LayoutProps<string, RootContext>) {
  const { user = null, t = LANGUAGES.en, settings = { language: "en", theme: "auto" } as const } = context;
  return (
    <html lang={settings.language} data-theme={settings.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{t.tickets}</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/helpdesk.css")} />
        <ClientScript />
      </head>
      <body hyper-nav>
        <a class="skip" href="#main">{t.skip}</a>
        <header>
          <nav aria-label={t.menu}>
            <a href="/">{t.tickets}</a>
            {user !== null && <a href="/new" hyper-layer hyper-layer-size="small">{t.newTicket}</a>}
            {user?.role === "admin" && <a href="/admin">{t.people}</a>}
          </nav>
          <Account user={user} t={t} settings={settings} />
        </header>
        <main id="main" tabindex={-1}>{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
