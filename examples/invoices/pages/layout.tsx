import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";
import { Session } from "./_components/session/component.tsx";
import type { RootContext } from "./page.tsx";

/** The layout of every page. The error page uses it too, possibly without context. */
export default function Layout({ children, context: { user } }: LayoutProps<string, RootContext>) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Invoices</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/invoices.css")} />
        <ClientScript />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <nav aria-label="Pages">
            <a class="home" href="/">Invoices</a>
            {user?.role === "clerk" && <a href="/audit">Audit</a>}
          </nav>
          <Session user={user} />
        </header>
        <main id="main" tabindex={-1}>{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
