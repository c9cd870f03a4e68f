// deno-lint-ignore-file no-console -- a benchmark prints its results
/**
 * The time to morph a table of a thousand rows: the morph of this library, idiomorph, Alpine's morph and `innerHTML`, one after
 * the other in each round, in one page of Chromium.
 *
 * `deno run -A tests/bench/morph.ts [rounds]`
 */
import { bundleModules, modulePage } from "../browser/module_page.ts";
import { withPage } from "../support/browser.ts";

declare const lib: { contenders: Record<string, (target: Element, source: Element, markup: string) => void> };

/** Rows of the page before and after the morph. */
interface Work {
  readonly name: string;
  readonly rows: readonly number[];
  readonly changed?: number;
}

const rows = Array.from({ length: 1000 }, (_, i) => i);
const works: readonly Work[] = [
  { name: "none changed", rows },
  { name: "one changed", rows, changed: 500 },
  { name: "reversed", rows: rows.toReversed() },
  { name: "half removed", rows: rows.filter((row) => row % 2 === 0) },
];
const rounds = Number(Deno.args[0] ?? 21);

const script = await bundleModules("tests/bench/morph_contenders.ts");
await withPage(modulePage(script), async ({ page }) => {
  await page.goto("/");
  for (const keyed of [true, false]) {
    const table: Record<string, Record<string, string>> = {};
    for (const work of works) {
      const medians = await page.evaluate(measure, { rows, work, keyed, rounds });
      const own = medians.hyper ?? NaN;
      table[work.name] = Object.fromEntries(
        Object.entries(medians).map(([name, ms]) => [name, `${ms.toFixed(2)} ms  ×${(ms / own).toFixed(1)}`]),
      );
    }
    console.log(`\n1,000 rows ${keyed ? "with" : "without"} ids, median of ${rounds} rounds, and the ratio to hyper`);
    console.table(table);
  }
}, { visitSeconds: 900 });
// The connection to Chromium keeps the process alive.
Deno.exit();

/** Runs in the page: returns the median of each contender, in milliseconds. */
function measure(
  { rows, work, keyed, rounds }: { rows: readonly number[]; work: Work; keyed: boolean; rounds: number },
): Record<string, number> {
  const markupOf = (list: readonly number[], changed?: number) => {
    const body = list.map((i) =>
      `<tr${keyed ? ` id="row-${i}"` : ""} class="row"><td>${i}</td><td class="name"><a href="/item/${i}">Item ${i}${
        i === changed ? " changed" : ""
      }</a></td><td><button type="button" class="delete">Delete</button></td></tr>`
    );
    return `<table id="table"><tbody>${body.join("")}</tbody></table>`;
  };
  const parse = (markup: string): Element => {
    const template = document.createElement("template");
    template.innerHTML = markup;
    const { firstElementChild } = template.content;
    if (!firstElementChild) throw new Error("Cannot measure: the markup has no element");
    return firstElementChild;
  };
  const markup = markupOf(work.rows, work.changed);
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(lib.contenders)) {
      document.body.innerHTML = markupOf(rows);
      const target = document.querySelector("#table");
      if (!target) throw new Error("Cannot measure: the page has no table");
      // Forces a layout, as on a visible page.
      target.getBoundingClientRect();
      const source = parse(markup);
      const start = performance.now();
      run(target, source, markup);
      (times[name] ??= []).push(performance.now() - start);
      if (document.body.innerHTML !== markup) throw new Error(`Cannot measure ${name}: its result is different`);
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, list.sort((a, b) => a - b)[list.length >> 1] ?? NaN]),
  );
}
