import { assertEquals } from "@std/assert";
import { rootsOf, withAttributes } from "../../src/preact/region_root.ts";

Deno.test("rootsOf() tells one element from nothing and from anything else", () => {
  const cases: readonly (readonly [string, ReturnType<typeof rootsOf>])[] = [
    ["", "nothing"],
    ["<p></p>", "element"],
    ["<p>a</p>", "element"],
    ["<p>a</p>b", "more"],
    ["a<p></p>", "more"],
    ["a", "more"],
    ["<p></p><p></p>", "more"],
    ["<div><div></div></div>", "element"],
    ["<div><div></div></div><div></div>", "more"],
    ["<img/>", "element"],
    ["<img/><img/>", "more"],
    ["<input value='</p>'>", "element"],
    [`<div title="</div>"></div>`, "element"],
    [`<div title=">"><br></div>`, "element"],
    ["<tr><td>1</td></tr>", "element"],
    ["<script>if (a<b) '</div>'</script>", "element"],
    ["<div><textarea></div></textarea></div>", "element"],
    ["<div><!-- </div> --></div>", "element"],
    ["<svg><g/><g></g></svg>", "element"],
    ["<g/>", "element"],
    ["<p>never closed", "more"],
  ];
  for (const [html, expected] of cases) assertEquals(rootsOf(html), expected, html);
});

Deno.test("withAttributes() adds attributes to the first tag, escaped", () => {
  assertEquals(withAttributes("<p>a<b></b></p>", { x: `"&<` }), `<p x="&quot;&amp;<">a<b></b></p>`);
  assertEquals(withAttributes("<br/>", { x: "1" }), `<br x="1"/>`);
});
