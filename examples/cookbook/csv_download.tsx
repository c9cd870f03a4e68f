import type { PageContext } from "@hyper/actions";

const orders = [
  { id: 1, customer: "Ada", note: "two, please" },
  { id: 2, customer: "Grace", note: '=1+1 "formula"' },
];

/** Quotes a cell. A spreadsheet would run a cell that begins like a formula. */
function cell(value: string | number): string {
  const text = String(value);
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export function render({ url }: PageContext) {
  if (url.searchParams.get("format") !== "csv") return <Orders />;
  const lines = orders.map(({ id, customer, note }) => [id, customer, note].map(cell).join());
  return new Response(["id,customer,note", ...lines, ""].join("\r\n"), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": "attachment; filename=orders.csv",
    },
  });
}

function Orders() {
  return (
    <>
      <h1>Orders</h1>
      <ul>{orders.map(({ id, customer }) => <li key={id}>{customer}</li>)}</ul>
      <p>
        <a href="?format=csv" download>Download as CSV</a>
      </p>
    </>
  );
}
