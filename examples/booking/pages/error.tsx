import type { ErrorPageProps } from "@hyper/actions";

/** The page for all other errors. From status 500, it shows no details. */
export default function ErrorPage({ status, message }: ErrorPageProps) {
  return (
    <>
      <h1>{status < 500 ? "This did not work" : "Something went wrong"}</h1>
      <p>{message}</p>
      <p>
        <a href="/">Calendar</a>
      </p>
    </>
  );
}
