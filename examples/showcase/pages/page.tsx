import { Code } from "../content/code.tsx";
import { readFile } from "../content/source.ts";
import { SECTIONS } from "../site.ts";
import { Hello } from "./_components/hello/component.tsx";

export const head = <title>@hyper/actions: functions of your server that update the page</title>;

export const context = { source: () => readFile("pages/_components/hello/component.tsx") };

/** The first page: what it is, one example, and all pages. */
export default function Home({ context: { source } }: { readonly context: { readonly source: string } }) {
  return (
    <article>
      <h1>Functions of your server that update the page</h1>
      <p class="lead">
        You write a function on the server and give it a name. A form, or one line of JavaScript, calls it. The page
        updates itself. With scripts off, the same form posts and the same page comes back. No API layer, no router in
        the browser, no build step.
      </p>
      <div class="split">
        <section class="live" aria-label="Live example">
          <Hello />
        </section>
        <Code source={source} language="tsx" caption="hello/component.tsx" />
      </div>
      <p>
        That is a whole application with a form, once <code>Deno.serve(createHandler())</code> serves it.{" "}
        <a href="/guides/start">Start</a> takes two minutes.
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
