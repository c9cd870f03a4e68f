/** The page for status 404. */
export default function NotFound() {
  return (
    <>
      <h1>Page not found</h1>
      <p>
        <a href="/">Calendar</a>
      </p>
    </>
  );
}
