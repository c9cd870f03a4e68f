import { DEMOS } from "../pages/show/demos.ts";
import { findEntry } from "../site.ts";

/** A live example inside a guide, with a link to its page, which shows its source code. */
export function LiveExample({ name, url }: { readonly name: string; readonly url: URL }) {
  const demo = DEMOS.get(name);
  if (demo === undefined) throw new TypeError(`Cannot show live example "${name}": it is not in DEMOS; add it`);
  return (
    <section class="live" aria-label={`Live example: ${findEntry("capabilities", name)?.title}`}>
      <demo.Demo url={url} />
      <p class="source">
        <a href={`/show/${name}`}>Source code</a>
      </p>
    </section>
  );
}
