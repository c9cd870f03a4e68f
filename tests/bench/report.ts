// deno-lint-ignore-file no-console -- a benchmark prints its results
/**
 * Results of a suite as a table in the terminal, and as a table and a chart in `results/`.
 */
import { chartOf } from "./chart.ts";
import { type Sample, spreadOf } from "./sample.ts";

const RESULTS = new URL("./results/", import.meta.url);

/** One benchmark with several contenders. */
export interface Row {
  /** Name of the benchmark. */
  readonly work: string;
  /** Measurements by contender. */
  readonly samples: ReadonlyMap<string, Sample>;
  /** Minimum ratio to the baseline that this library should reach, if any. */
  readonly bar?: number | undefined;
}

/** Results of a suite. */
export interface Report {
  /** Name of the suite and of its files. */
  readonly name: string;
  /** Description in one sentence. */
  readonly title: string;
  /** Unit of the numbers. */
  readonly unit: string;
  /** `true` if more is better. Ratios are inverted otherwise, so that above 1 is always better than the baseline. */
  readonly better: "more" | "less";
  /** The baseline of the ratios. */
  readonly limit: string;
  /** The benchmarks. */
  readonly rows: readonly Row[];
  /** Notes for the reader: the method, and what was omitted. */
  readonly notes: readonly string[];
}

/** Observations that are not only numbers: a table without ratios and without a chart. */
export interface Observations {
  /** Name of the suite and of its file. */
  readonly name: string;
  /** Description in one sentence. */
  readonly title: string;
  /** The observations of each work, by contender. */
  readonly rows: readonly { readonly work: string; readonly cells: ReadonlyMap<string, string> }[];
  /** Notes for the reader: the method, and how each contender is written. */
  readonly notes: readonly string[];
}

/** Prints observations and writes them to `results/`. */
export async function publishObservations({ name, title, rows, notes }: Observations): Promise<void> {
  const contenders = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  const body = rows.map(({ work, cells }) => [work, ...contenders.map((contender) => cells.get(contender) ?? "–")]);
  const text = documentOf(title, ["", ...contenders], body, notes);
  console.log(`\n${text}`);
  await Deno.mkdir(RESULTS, { recursive: true });
  await Deno.writeTextFile(new URL(`${name}.md`, RESULTS), text);
}

/** Returns the ratio of a contender to the baseline: above 1 is better. */
export function ratioOf({ better, limit }: Report, { samples }: Row, contender: string): number {
  const [own, other] = [samples.get(contender)?.median ?? NaN, samples.get(limit)?.median ?? NaN];
  return better === "more" ? own / other : other / own;
}

/** Prints a report and writes it to `results/`. */
export async function publish(report: Report): Promise<void> {
  const text = tableOf(report);
  console.log(`\n${text}`);
  await Deno.mkdir(RESULTS, { recursive: true });
  await Deno.writeTextFile(new URL(`${report.name}.md`, RESULTS), text);
  await Deno.writeTextFile(new URL(`${report.name}.svg`, RESULTS), chartOf(report));
}

function tableOf(report: Report): string {
  const contenders = [...new Set(report.rows.flatMap(({ samples }) => [...samples.keys()]))];
  const head = [`work (${report.unit})`, ...contenders];
  const body = report.rows.map((row) => [
    row.work,
    ...contenders.map((contender) => {
      const sample = row.samples.get(contender);
      if (sample === undefined) return "–";
      const ratio = contender === report.limit ? "" : ` ×${ratioOf(report, row, contender).toFixed(2)}`;
      const bar = contender === "hyper" && row.bar !== undefined ? ` (bar ${row.bar.toFixed(2)})` : "";
      return `${shown(sample.median)} ±${Math.round(spreadOf(sample) * 100)} %${ratio}${bar}`;
    }),
  ]);
  return documentOf(report.title, head, body, report.notes);
}

/** Writes a table and its notes in Markdown. */
function documentOf(
  title: string,
  head: readonly string[],
  body: readonly (readonly string[])[],
  notes: readonly string[],
): string {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((line) => line[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const list = notes.map((note) => `- ${note}`).join("\n");
  return `# ${title}\n\n${[line(head), rule, ...body.map(line)].join("\n")}\n\n${list}\n`;
}

/** Formats a number with a sensible number of digits. */
export function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2);
}
