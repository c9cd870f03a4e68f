import { asset, ClientScript, type LayoutProps, Toasts } from "@hyper/actions";
import config from "../../../deno.json" with { type: "json" };
import { MAX_QUERY } from "../content/search.ts";
import { SECTIONS } from "../site.ts";
import { Theme } from "./_components/theme/component.tsx";
import type { RootContext } from "./page.tsx";

/** The layout of every page: header, table of contents, and toasts. */
export default function Layout({ children, url, context: { theme = "light dark" } }: LayoutProps<string, RootContext>) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme} />
        <title>@hyper/actions</title>
        <link rel="icon" href={asset("/icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={asset("/showcase.css")} />
        <ClientScript />
        <script type="module" src="/contents.js" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="home" href="/">@hyper/actions</a>
          <a href="/about/versions">Version {config.version}</a>
          <Theme theme={theme} />
          {/* On a narrow screen the contents are a popover, which needs no script. */}
          <button type="button" class="open-contents" popovertarget="contents">Contents</button>
          <search>
            <form action="/search">
              <input
                type="search"
                name="q"
                aria-label="Search the documentation"
                placeholder="Search"
                maxlength={MAX_QUERY}
              />
              <button type="submit">Search</button>
            </form>
          </search>
        </header>
        <nav id="contents" class="contents" aria-label="Contents" popover>
          {SECTIONS.map(({ title, id, entries }) => (
            <section key={id}>
              {/* Not a heading: the headings of a page begin with its own. */}
              <p id={`contents-${id}`}>{title}</p>
              <ul aria-labelledby={`contents-${id}`}>
                {entries.map((entry) => (
                  <li key={entry.path}>
                    <a href={entry.path} aria-current={entry.path === url.pathname ? "page" : undefined}>
                      {entry.title}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
        <main id="main" tabindex={-1}>{children}</main>
        <Toasts class="toasts" />
      </body>
    </html>
  );
}
