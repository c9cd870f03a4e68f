/** The page for unexpected errors. */
export default function ErrorPage() {
  return (
    <>
      <h1>Something went wrong</h1>
      <p>This is our fault, and the error was recorded. Your notes are safe.</p>
      <p>
        <a href="/">All notes</a>
      </p>
    </>
  );
}
