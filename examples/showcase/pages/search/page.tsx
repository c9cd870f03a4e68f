import type { PageProps, RequestContext } from "@hyper/actions";
import { search } from "../../content/search.ts";

export const context = { results: ({ url }: RequestContext) => search(queryOf(url)) };

export const head = ({ url }: Props) => <title>{`${queryOf(url) || "Search"} · @hyper/actions`}</title>;

type Props = PageProps<"/search", typeof context>;

/** Results of a search in the documents. The form is a GET form, so that it works without scripts and results have a URL. */
export default function Search({ url, context: { results } }: Props) {
  const query = queryOf(url);
  return (
    <article>
      <h1>Search</h1>
      <p role="status">{query === "" ? "Enter a word" : summaryOf(results.length, query)}</p>
      <ol class="results">
        {results.map(({ title, heading, href, excerpt }) => (
          <li key={href}>
            <a href={href}>{heading === title ? title : `${title}: ${heading}`}</a>
            <p>{excerpt}</p>
          </li>
        ))}
      </ol>
    </article>
  );
}

function queryOf(url: URL): string {
  return (url.searchParams.get("q") ?? "").trim();
}

function summaryOf(count: number, query: string): string {
  if (count === 0) return `No results for “${query}”. Try fewer words.`;
  return `${count} ${count === 1 ? "result" : "results"} for “${query}”`;
}
