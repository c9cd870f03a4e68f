/** What is shown for an address that leads nowhere. */
export default function NotFound() {
  return (
    <>
      <h1>There is nothing here</h1>
      <p>
        The address may be wrong. <a href="/">All pages</a> are listed on the first one.
      </p>
    </>
  );
}
