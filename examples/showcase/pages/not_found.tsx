/** The page for 404. */
export default function NotFound() {
  return (
    <>
      <h1>Page not found</h1>
      <p>
        Check the URL, or go to the <a href="/">list of all pages</a>.
      </p>
    </>
  );
}
