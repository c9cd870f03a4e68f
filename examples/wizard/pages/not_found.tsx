/** The page for a URL that leads nowhere. */
export default function NotFound() {
  return (
    <>
      <h1>Page not found</h1>
      <p>
        <a href="/">All workshops</a>
      </p>
    </>
  );
}
