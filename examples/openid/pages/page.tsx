/** A public page. */
export default function Home() {
  return (
    <>
      <h1>Library</h1>
      <p>
        <a href="/account">Your account</a>
      </p>
    </>
  );
}
