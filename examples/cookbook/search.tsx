import type { PageProps } from "@hyper/actions";

const TEAS = ["Assam", "Ceylon", "Darjeeling", "Earl Grey", "Keemun", "Lapsang", "Oolong", "Sencha"];

export default function Teas({ url }: PageProps) {
  const query = (url.searchParams.get("q") ?? "").slice(0, 60);
  const found = TEAS.filter((tea) => tea.toLowerCase().includes(query.toLowerCase()));
  return (
    <>
      <h1>Teas</h1>
      <search>
        <form hyper-nav hyper-on="input" hyper-delay="150">
          <label>
            Name <input type="search" name="q" value={query} maxlength={60} autocomplete="off" />
          </label>
          <button>Search</button>
        </form>
      </search>
      <p role="status">{found.length === 1 ? "1 tea" : `${found.length} teas`}</p>
      <ul>{found.map((tea) => <li key={tea}>{tea}</li>)}</ul>
    </>
  );
}
