// deno-lint-ignore-file no-console -- a benchmark prints its progress
/**
 * Search, validation, predictions, dialogs and navigation as users feel them: this library, htmx, Turbo, Unpoly and Datastar, each
 * written as its documentation recommends, in Chromium, with the same server behind them.
 */
import type { Browser } from "playwright-core";
import type { Observations } from "../report.ts";
import { sampleOf, spreadOf } from "../sample.ts";
import type { Contender } from "./contender.ts";
import { datastarContender } from "./datastar.ts";
import { htmxContenders } from "./htmx.ts";
import { hyperContender } from "./hyper.tsx";
import { observeModal } from "./modal.ts";
import { goBack, hoverAndClick, openSlowPage } from "./navigation.ts";
import { toggle } from "./toggle.ts";
import { turboContender } from "./turbo.ts";
import { searchWhileTyping, validateOnBlur } from "./typing.ts";
import { unpolyContenders } from "./unpoly.ts";
import { withBrowser } from "./visit.ts";
import { DEBOUNCE_MS, LIKE_MS, PAGE_MS, SLOW_MS } from "./world.ts";

/** Random timings of the rows about typing. */
const TIMINGS = 100;

/** Cells of a contender, by the name of the row. */
type Cells = readonly (readonly [row: string, cell: string])[];

/** The works by name. */
const WORKS: Readonly<Record<string, (browser: Browser, contender: Contender, rounds: number) => Promise<Cells>>> = {
  async search(browser, contender) {
    const { requests, right } = await searchWhileTyping(browser, contender, TIMINGS);
    return [
      ["search as you type: last answer right", `${right} of ${TIMINGS}`],
      ["requests for the same keystrokes", String(requests)],
    ];
  },
  async validate(browser, contender) {
    const { stale, wrong, lost } = await validateOnBlur(browser, contender, TIMINGS);
    return [
      ["validate on blur: stale message shown", `${stale} of ${TIMINGS}`],
      ["wrong message at the end", `${wrong} of ${TIMINGS}`],
      ["typed text lost", `${lost} of ${TIMINGS}`],
    ];
  },
  async toggle(browser, contender, rounds) {
    const found = await toggle(browser, contender, rounds);
    const predicted = found.flatMap(({ predicted }) => predicted ?? []);
    return [
      ["like: click to shown (ms)", timeOf(found.map(({ shown }) => shown))],
      ["refused: like shown in vain (ms)", predicted.length === 0 ? "never" : timeOf(predicted)],
      ["of this, after the answer (ms)", predicted.length === 0 ? "0" : timeOf(found.map(({ wrong }) => wrong))],
    ];
  },
  async modal(browser, contender) {
    const observed = await observeModal(browser, contender);
    return Object.entries(observed).map(([row, is]) => [`form in a dialog: ${row}`, is ? "yes" : "no"]);
  },
  async slow(browser, contender, rounds) {
    const cells: [string, string][] = [];
    for (const [name, link] of [["plain link", "plain"], ["navigation", "nav"], ["part apart", "apart"]] as const) {
      const found = await openSlowPage(browser, contender, link, rounds);
      cells.push([`slow page, ${name}: shell (ms)`, timeOf(found.map(({ shell }) => shell))]);
      cells.push([`slow page, ${name}: done (ms)`, timeOf(found.map(({ done }) => done))]);
    }
    return cells;
  },
  back: async (browser, contender, rounds) => [["back (ms)", timeOf(await goBack(browser, contender, rounds))]],
  prefetch: async (browser, contender, rounds) => [
    ["click after a rest on the link (ms)", timeOf(await hoverAndClick(browser, contender, rounds))],
  ],
};

/** Compares all works, or only one. */
export async function measureInstant(rounds: number, only: string): Promise<Observations> {
  const contenders = [
    hyperContender,
    ...await htmxContenders(),
    await turboContender(),
    ...await unpolyContenders(),
    await datastarContender(),
  ];
  const rows = new Map<string, Map<string, string>>();
  await withBrowser(async (browser) => {
    for (const [work, measure] of Object.entries(WORKS)) {
      for (const contender of contenders) {
        if (contender.written[work] === undefined || (only !== "" && only !== work)) continue;
        console.error(`${contender.name}, ${work} …`);
        for (const [row, cell] of await measure(browser, contender, rounds * 2)) {
          rows.set(row, (rows.get(row) ?? new Map<string, string>()).set(contender.name, cell));
        }
      }
    }
  });
  return {
    name: "instant",
    title: "What users feel while they type, click and go back",
    rows: Array.from(rows, ([work, cells]) => ({ work, cells })),
    notes: [...METHOD(rounds * 2), ...contenders.map(noteOf)],
  };
}

const METHOD = (rounds: number): readonly string[] => [
  "Each contender is written as its documentation recommends, in the shortest way. The server is the same for all: it answers " +
  `a search after 0 to 400 ms and a validation after 0 to 300 ms, at random, a like after ${LIKE_MS} ms, a page after ${PAGE_MS} ms, ` +
  `and the slow part of the slow page after ${SLOW_MS} ms.`,
  `Typing: ${TIMINGS} random timings, the same for all. A search is six keys, 20 to 250 ms apart, with a pause of ${DEBOUNCE_MS} ms ` +
  "before a request. A validation leaves a field, comes back at any time, and corrects it. A message is stale if it appears " +
  "when the field has another value.",
  `Times are medians of ${rounds} in one page, with half of their range, from the click to the element in the document.`,
  'A plain link is one that the library does not handle. "Part apart" is the slow part as a request of its own, after the page. ' +
  '"Rest" is 300 ms of the pointer on a link, before the click.',
];

function noteOf({ name, version, written }: Contender): string {
  return `${name} ${version}: ${Object.entries(written).map(([work, how]) => `${work}: ${how}`).join("; ")}.`;
}

/** Formats times with their median and half of their range. */
function timeOf(times: readonly number[]): string {
  const sample = sampleOf(times);
  if (!Number.isFinite(sample.median)) return "for ever";
  return `${Math.round(sample.median)} ±${Math.round(spreadOf(sample) * sample.median)}`;
}
