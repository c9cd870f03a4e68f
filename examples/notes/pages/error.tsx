/** The page for unexpected errors. */
export default function ErrorPage() {
  return (
    <>
      <h1>Something went wrong</h1>
      <p>It is our fault, and it has been written down. Your notes are safe.</p>
      <p>
        <a href="/">All notes</a>
      </p>
    </>
  );
}
