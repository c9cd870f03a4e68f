import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";

/** The layout of every page. */
export default function Layout({ children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Workshops</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/wizard.css")} />
        <ClientScript />
      </head>
      <body>
        <main>{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
