import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";
import { Account } from "./_components/account/component.tsx";
import type { RootContext } from "./page.tsx";

/** The layout of every page. On error pages, `user` may be missing. */
export default function Layout(
  { children, context: { user } }: LayoutProps<string, RootContext>,
) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Tasks</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/style.css")} />
        <ClientScript />
      </head>
      <body>
        <header class="site">
          <a href="/">Tasks</a>
          <Account user={user ?? null} />
        </header>
        <main>{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
