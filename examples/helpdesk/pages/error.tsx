import type { ErrorPageProps } from "@hyper/actions";

/** The page for errors. */
export default function ErrorPage({ message }: ErrorPageProps) {
  return (
    <>
      <h1>{message}</h1>
      <p>
        <a href="/">←</a>
      </p>
    </>
  );
}
