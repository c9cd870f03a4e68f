import { ClientScript, type LayoutProps } from "@hyper/actions";

/** The layout of every page. */
export default function Layout({ children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Library</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <ClientScript />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
