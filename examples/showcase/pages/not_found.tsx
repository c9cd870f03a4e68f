/** The page for a URL that leads nowhere. */
export default function NotFound() {
  return (
    <>
      <h1>Page not found</h1>
      <p>
        The address may be wrong. The home page lists <a href="/">all pages</a>.
      </p>
    </>
  );
}
