import type { ErrorPageProps } from "@hyper/actions";

/** The page for all errors except 404. */
export default function ErrorPage({ status, message }: ErrorPageProps) {
  return (
    <>
      <h1>{status < 500 ? message : "Something went wrong"}</h1>
      {status >= 500 && <p>This is our fault, and the error was recorded.</p>}
      <p>
        <a href="/">All invoices</a>
      </p>
    </>
  );
}
