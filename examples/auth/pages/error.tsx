import type { ErrorPageProps } from "@hyper/actions";

const TITLES: Readonly<Record<number, string>> = {
  403: "Access denied",
  429: "Too many attempts",
};

/** The page for all errors except 404. */
export default function ErrorPage({ status, message }: ErrorPageProps) {
  return (
    <>
      <h1>{TITLES[status] ?? (status < 500 ? "This did not work" : "Something went wrong")}</h1>
      <p>{message}</p>
      <p>
        <a href="/">Home page</a>
      </p>
    </>
  );
}
