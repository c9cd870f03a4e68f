/** What is shown for an address that leads nowhere. */
export default function NotFound() {
  return (
    <>
      <h1>There is nothing here</h1>
      <p>
        <a href="/">All elements</a>
      </p>
    </>
  );
}
