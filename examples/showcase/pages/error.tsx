import type { ErrorPageProps } from "@hyper/actions";

/** What is shown when something broke, here or in what was asked for. */
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
