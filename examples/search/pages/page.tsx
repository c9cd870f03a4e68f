import type { PageProps } from "@hyper/actions";
import { type Element, findElements, KINDS, Wanted } from "../elements.ts";

/** The search and its results. The URL contains the search, so that users can bookmark and share it. */
export default function Elements({ url }: PageProps) {
  const wanted = Wanted.parse(Object.fromEntries(url.searchParams));
  return (
    <>
      <h1>Elements</h1>
      <search>
        {/* A normal form: it leads to the URL of the search, with and without scripts. With scripts, while the user types. */}
        <form action="/" hyper-on="input" hyper-delay="120">
          <div>
            <label for="q">Name, symbol or number</label>
            <input id="q" name="q" type="search" value={wanted.q} maxlength={100} autocomplete="off" />
          </div>
          <div>
            <label for="kind">Kind</label>
            <select id="kind" name="kind">
              <option value="">Any</option>
              {KINDS.map((kind) => <option key={kind} selected={kind === wanted.kind}>{kind}</option>)}
            </select>
          </div>
          <button type="submit">Search</button>
        </form>
      </search>
      <Results wanted={wanted} />
    </>
  );
}

function Results({ wanted }: { readonly wanted: Wanted }) {
  const found = findElements(wanted);
  return (
    <section id="results" aria-label="Results">
      {/* A live region: screen readers announce the number of results. */}
      <p role="status">{found.length === 1 ? "1 element" : `${found.length} elements`}</p>
      <ol>
        {found.map((element) => <Result key={element.symbol} element={element} />)}
      </ol>
    </section>
  );
}

function Result({ element: { number, symbol, name, kind } }: { readonly element: Element }) {
  return (
    <li id={`element-${symbol}`}>
      <span class="number">{number}</span>
      <span class="symbol">{symbol}</span>
      <a href={`/elements/${symbol}`}>{name}</a>
      <span class="kind">{kind}</span>
    </li>
  );
}
