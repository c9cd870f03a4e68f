/** The page for 404. */
export default function NotFound() {
  return (
    <>
      <h1>Page not found</h1>
      <p>The invoice may not exist, or the address may be wrong.</p>
      <p>
        <a href="/">All invoices</a>
      </p>
    </>
  );
}
