import type { PageProps } from "@hyper/actions";

const CITIES = [
  { name: "Oslo", country: "Norway", people: 717_000 },
  { name: "Graz", country: "Austria", people: 303_000 },
  { name: "Bern", country: "Switzerland", people: 137_000 },
];

/** The columns, with a function that compares two rows. Only these can be in the URL. */
const COLUMNS = {
  name: { title: "City", compare: (a: City, b: City) => a.name.localeCompare(b.name) },
  country: { title: "Country", compare: (a: City, b: City) => a.country.localeCompare(b.country) },
  people: { title: "People", compare: (a: City, b: City) => a.people - b.people },
};
type City = typeof CITIES[number];
type Column = keyof typeof COLUMNS;

export default function Cities({ url }: PageProps) {
  const names = Object.keys(COLUMNS) as Column[];
  const sorted = names.find((name) => name === url.searchParams.get("sort")) ?? "name";
  const isDescending = url.searchParams.get("order") === "desc";
  const rows = CITIES.toSorted(COLUMNS[sorted].compare);
  if (isDescending) rows.reverse();
  return (
    <>
      <h1>Cities</h1>
      <table hyper-nav>
        <thead>
          <tr>
            {names.map((name) => {
              const isSorted = name === sorted;
              const order = isSorted && !isDescending ? "&order=desc" : "";
              return (
                <th key={name} scope="col" aria-sort={isSorted ? isDescending ? "descending" : "ascending" : undefined}>
                  <a href={`?sort=${name}${order}`}>{COLUMNS[name].title}</a>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, country, people }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{country}</td>
              <td>{people.toLocaleString("en")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
