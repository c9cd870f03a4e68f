import { Code } from "../content/code.tsx";
import { readFile } from "../content/source.ts";
import { SECTIONS } from "../site.ts";
import { Hello } from "./_components/hello/component.tsx";

export const head = <title>@hyper/actions: server actions for Deno</title>;

export const context = { source: () => readFile("pages/_components/hello/component.tsx") };

/** The home page: an introduction, an example, and all pages. */
export default function Home({ context: { source } }: { readonly context: { readonly source: string } }) {
  return (
    <article>
      <h1>Server actions for Deno</h1>
      <p class="lead">
        Write a function on the server, call it from a form or from JavaScript, and the page updates itself. With
        scripts off, the form posts and the page is rendered again. No API layer, no client-side router, no build step.
      </p>
      <div class="split">
        <section class="live" aria-label="Live example">
          <Hello />
        </section>
        <Code source={source} language="tsx" caption="hello/component.tsx" />
      </div>
      <p>
        That is a complete application with a form: serve it with <code>Deno.serve(createHandler())</code>. The{" "}
        <a href="/guides/start">quick start</a> takes two minutes.
      </p>
      {SECTIONS.map(({ title, summary, folder, entries }) => (
        <section key={folder} id={folder} class="group">
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
