import type { ErrorPageProps } from "@hyper/actions";

/** The page for all errors except 404. */
export default function ErrorPage({ status, message }: ErrorPageProps) {
  return (
    <>
      <h1>{status < 500 ? message : "Something went wrong"}</h1>
      {status >= 500 && <p>It is our fault, and it has been written down.</p>}
      <p>
        <a href="/">All invoices</a>
      </p>
    </>
  );
}
