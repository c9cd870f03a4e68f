import config from "../../../deno.json" with { type: "json" };
import { Code } from "../content/code.tsx";
import { readFile } from "../content/source.ts";
import { SECTIONS } from "../site.ts";
import { PageHead } from "../components/document_head.tsx";
import { Hello } from "./_components/hello/component.tsx";
import { themeContext } from "./_components/theme/component.tsx";

export const head = ({ url }: { readonly url: URL }) => (
  <PageHead
    title="@hyper/actions: server actions for Deno"
    description="Write a function on the server, call it from a form or from JavaScript, and the page updates itself."
    url={url}
  />
);

export const context = { ...themeContext, source: () => readFile("pages/_components/hello/component.tsx") };

/** Values that all pages inherit. */
export type RootContext = typeof context;

/** The home page: a description, an example, and a list of all pages. */
export default function Home({ context: { source } }: { readonly context: { readonly source: string } }) {
  return (
    <article>
      <h1>Server actions for Deno</h1>
      <p class="lead">
        Write a function on the server, call it from a form or from JavaScript, and the page updates itself. Without
        JavaScript, the same form posts, and the same page comes back with the entered values and the errors in it. You
        need no API layer, no client-side router and no build step.
      </p>
      <p class="install">
        <code>deno run -A jsr:@hyper/actions/init my-app</code>
        <span>Version {config.version}</span>
        <a href="/guides/start">Get started</a>
        <a href="/guides/tutorial">Tutorial</a>
        <a href="https://jsr.io/@hyper/actions">JSR</a>
      </p>
      <div class="split">
        <section class="live" aria-label="Live example">
          <Hello />
        </section>
        <Code source={source} language="tsx" caption="hello/component.tsx" />
      </div>
      <p>
        This is a complete page with a form. <code>Deno.serve(createHandler())</code> serves it.{" "}
        <a href="/guides/start">Get started</a>
      </p>
      <ul class="terms">
        <li>
          An <strong>action</strong> is a named function on the server. <code>action()</code>{" "}
          declares it; a page or component exports it.
        </li>
        <li>
          An <strong>intent</strong> is what a request asks for: an action, and a format for the response.
        </li>
        <li>
          An <strong>outcome</strong> is the result of a request: a{" "}
          <code>Response</code>, items, a page, data, an invalid form, or a failure.
        </li>
        <li>
          An <strong>item</strong>{" "}
          is a value that an action function returns to change the page, made by a function such as <code>html()</code>,
          {" "}
          <code>toast()</code> or <code>redirect()</code>.
        </li>
        <li>
          A <strong>patch</strong>{" "}
          is one change of the page as it is sent to the browser: the event that an item becomes.
        </li>
      </ul>
      {SECTIONS.map(({ title, id, summary, entries }) => (
        <section key={id} id={id} class="group">
          <h2>{title}</h2>
          <p>{summary}</p>
          <ul class="cards">
            {entries.map((entry) => (
              <li key={entry.path}>
                <a href={entry.path}>{entry.title}</a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </article>
  );
}
