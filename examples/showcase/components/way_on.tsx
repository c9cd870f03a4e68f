import { ENTRIES } from "../site.ts";

/** The pages before and after this one. */
export function WayOn({ path }: { readonly path: string }) {
  const index = ENTRIES.findIndex((entry) => entry.path === path);
  const [before, after] = [ENTRIES[index - 1], ENTRIES[index + 1]];
  return (
    <nav class="way-on" aria-label="Before and after">
      {before === undefined ? <span /> : <a href={before.path} rel="prev">{before.title}</a>}
      {after !== undefined && <a href={after.path} rel="next">{after.title}</a>}
    </nav>
  );
}
