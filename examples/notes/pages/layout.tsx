import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";

/** The layout of every page. */
export default function Layout({ children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Notes</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/notes.css")} />
        <ClientScript />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the notes</a>
        <header>
          <a class="home" href="/">Notes</a>
        </header>
        <main id="main" tabindex={-1}>{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
