import { HyperError, type PageProps } from "@hyper/actions";

const SIZE = 10;
const invoices = Array.from({ length: 34 }, (_, index) => `Invoice ${index + 1}`);

export default function Invoices({ url }: PageProps) {
  const last = Math.ceil(invoices.length / SIZE);
  const page = Number(url.searchParams.get("page") ?? 1);
  if (!Number.isInteger(page) || page < 1 || page > last) throw new HyperError(404, "This page does not exist");
  return (
    <>
      <h1>Invoices</h1>
      {/* In SQL: LIMIT 10 OFFSET 10 * (page - 1) */}
      <ul>{invoices.slice((page - 1) * SIZE, page * SIZE).map((name) => <li key={name}>{name}</li>)}</ul>
      <nav aria-label="Pages" hyper-nav>
        {page > 1 && <a href={`?page=${page - 1}`} rel="prev">Previous</a>} {`Page ${page} of ${last}`}{" "}
        {page < last && <a href={`?page=${page + 1}`} rel="next">Next</a>}
      </nav>
    </>
  );
}
