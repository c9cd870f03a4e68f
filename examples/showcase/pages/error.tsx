import type { ErrorPageProps } from "@hyper/actions";

/** The page for a request that failed. */
export default function ErrorPage({ status, message }: ErrorPageProps) {
  return (
    <>
      <h1>{status >= 500 ? "Something went wrong" : "That did not work"}</h1>
      <p>{message}</p>
      <p>
        <a href="/">All pages</a>
      </p>
    </>
  );
}
