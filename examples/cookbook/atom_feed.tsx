import type { PageContext } from "@hyper/actions";

const posts = [{ id: "tea", title: "Tea & milk", updated: "2030-05-01T09:30:00Z" }];

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeXml = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? "");

/** In an application, this is the page `pages/feed.xml/page.tsx`. */
export function render({ url }: PageContext) {
  if (!url.searchParams.has("feed")) return <Posts />;
  const entries = posts.map(({ id, title, updated }) => {
    const link = escapeXml(new URL(`/posts/${id}`, url).href);
    return `<entry><id>${link}</id><title>${
      escapeXml(title)
    }</title><link href="${link}"/><updated>${updated}</updated></entry>`;
  });
  const feed = [
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">',
    `<id>${escapeXml(url.origin)}/</id><title>Posts</title><author><name>Ada</name></author>`,
    `<updated>${posts[0]?.updated ?? new Date(0).toISOString()}</updated>`,
    ...entries,
    "</feed>",
  ];
  return new Response(feed.join("\n"), { headers: { "content-type": "application/atom+xml; charset=utf-8" } });
}

export const head = <link rel="alternate" type="application/atom+xml" href="?feed" title="Posts" />;

function Posts() {
  return (
    <>
      <h1>Posts</h1>
      <ul>{posts.map(({ id, title }) => <li key={id}>{title}</li>)}</ul>
      <p>
        <a href="?feed">Feed</a>
      </p>
    </>
  );
}
