import { asset, ClientScript, type LayoutProps } from "@hyper/actions";

/** The layout of every page. With `hyper-nav`, links and the search stay in this document. */
export default function Layout({ children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Elements</title>
        <link rel="stylesheet" href="/_hyper/base.css" />
        <link rel="stylesheet" href={asset("/search.css")} />
        <ClientScript />
      </head>
      <body hyper-nav>
        <a class="skip" href="#main">Skip to the content</a>
        <main id="main" tabindex={-1}>{children}</main>
      </body>
    </html>
  );
}
