import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";

/** The layout of every page. */
export default function Layout({ children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Uploads</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/uploads.css")} />
        <ClientScript />
        <script type="module" src="/uploads.js" />
      </head>
      <body>
        <main>{children}</main>
        <Toasts />
      </body>
    </html>
  );
}
