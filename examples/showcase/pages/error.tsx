import type { ErrorPageProps } from "@hyper/actions";

/** The page for all errors except 404. */
export default function ErrorPage({ status, message }: ErrorPageProps) {
  return (
    <>
      <h1>{status >= 500 ? "Something went wrong" : "The request failed"}</h1>
      <p>{message}</p>
      <p>
        <a href="/">All pages</a>
      </p>
    </>
  );
}
