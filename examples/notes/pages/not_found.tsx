/** What is shown for an address that leads nowhere. */
export default function NotFound() {
  return (
    <>
      <h1>There is nothing here</h1>
      <p>The note may have been deleted, or the address may be wrong.</p>
      <p>
        <a href="/">All notes</a>
      </p>
    </>
  );
}
