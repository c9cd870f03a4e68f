import { action, html, type PageProps } from "@hyper/actions";

const SIZE = 20;
const entries = Array.from({ length: 50 }, (_, index) => `Entry ${index + 1}`);

/** Replaces the last row by the next rows. */
export const more = action("more_entries", { method: "GET" }, ({ data }) => {
  const from = Math.max(0, Math.trunc(Number(data.from)) || 0);
  return html(<Rows from={from} to={from + SIZE} />, { target: "#more" });
});

export default function Log({ url }: PageProps) {
  return (
    <>
      <h1>Log</h1>
      <ul>
        <Rows from={0} to={Number(url.searchParams.get("to")) || SIZE} />
      </ul>
    </>
  );
}

function Rows({ from, to }: { readonly from: number; readonly to: number }) {
  return (
    <>
      {entries.slice(from, to).map((entry) => <li key={entry}>{entry}</li>)}
      {to < entries.length && (
        <li
          id="more"
          hyper-action="more_entries"
          hyper-method="get"
          hyper-data={JSON.stringify({ from: to })}
          hyper-on="visible"
        >
          {/* Without scripts, the link shows the page with more rows. */}
          <a href={`?to=${to + SIZE}`}>More entries</a>
        </li>
      )}
    </>
  );
}
