import { ENTRIES } from "../site.ts";

/** Links to the previous and the next page, and the source of this one. */
export function PageLinks({ path, source }: { readonly path: string; readonly source: string }) {
  // The URL at which a code host edits a file, such as "https://github.com/OWNER/NAME/edit/main/".
  const edit = Deno.env.get("EDIT_URL");
  const index = ENTRIES.findIndex((entry) => entry.path === path);
  const [before, after] = [ENTRIES[index - 1], ENTRIES[index + 1]];
  return (
    <nav class="page-links" aria-label="Previous and next page">
      {before === undefined ? <span /> : <a href={before.path} rel="prev">{before.title}</a>}
      {after !== undefined && <a href={after.path} rel="next">{after.title}</a>}
      <p class="source">
        <a href={`${path}.md`} class="markdown">This page as Markdown</a>
        {edit === undefined
          ? <span>Source: {source}</span>
          : <a href={`${edit}${source}`} class="edit">Edit this page</a>}
      </p>
    </nav>
  );
}
