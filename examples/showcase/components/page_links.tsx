import { ENTRIES } from "../site.ts";

/** Links to the previous and the next page. */
export function PageLinks({ path }: { readonly path: string }) {
  const index = ENTRIES.findIndex((entry) => entry.path === path);
  const [before, after] = [ENTRIES[index - 1], ENTRIES[index + 1]];
  return (
    <nav class="page-links" aria-label="Previous and next page">
      {before === undefined ? <span /> : <a href={before.path} rel="prev">{before.title}</a>}
      {after !== undefined && <a href={after.path} rel="next">{after.title}</a>}
      <a href={`${path}.md`} class="markdown">This page as Markdown</a>
    </nav>
  );
}
