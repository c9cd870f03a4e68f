import type { PageProps } from "@hyper/actions";

const TABS = { profile: "Profile", billing: "Billing", team: "Team" };

/** Each tab has a URL, so it can be bookmarked, and the Back button works. */
export default function Settings({ url }: PageProps) {
  const current = Object.entries(TABS).find(([name]) => name === url.searchParams.get("tab")) ?? ["profile", "Profile"];
  return (
    <>
      <h1>Settings</h1>
      <nav aria-label="Settings" hyper-nav hyper-prefetch="hover">
        {Object.entries(TABS).map(([name, title]) => (
          <a key={name} href={`?tab=${name}`} aria-current={name === current[0] ? "page" : undefined}>{title}</a>
        ))}
      </nav>
      <section aria-labelledby="tab">
        <h2 id="tab">{current[1]}</h2>
        <p>{`Content of ${current[1]}`}</p>
      </section>
    </>
  );
}
