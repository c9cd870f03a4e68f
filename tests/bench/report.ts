// deno-lint-ignore-file no-console -- a bench prints what it found
/**
 * What a suite has found, as a table for the terminal, and as a table and a chart in `results/`.
 */
import { chartOf } from "./chart.ts";
import { type Sample, spreadOf } from "./sample.ts";

/** One work, done by several. */
export interface Row {
  /** What was done. */
  readonly work: string;
  /** What was measured, by contender. */
  readonly samples: ReadonlyMap<string, Sample>;
  /** The least ratio to the limit that this library is to reach; none where it has no bar. */
  readonly bar?: number | undefined;
}

/** What a suite has found. */
export interface Report {
  /** The name of the suite, and of its files. */
  readonly name: string;
  /** What the numbers are about, in a sentence. */
  readonly title: string;
  /** What the numbers count. */
  readonly unit: string;
  /** Whether more is better: ratios are turned so that above 1 is always better than the limit. */
  readonly better: "more" | "less";
  /** The contender that the ratios are to. */
  readonly limit: string;
  /** The works. */
  readonly rows: readonly Row[];
  /** What a reader has to know: how it was measured, what was left out. */
  readonly notes: readonly string[];
}

/** How a contender stands to the limit: above 1 is better, whatever is counted. */
export function ratioOf({ better, limit }: Report, { samples }: Row, contender: string): number {
  const [own, other] = [samples.get(contender)?.median ?? NaN, samples.get(limit)?.median ?? NaN];
  return better === "more" ? own / other : other / own;
}

/** Prints a report and writes it to `results/`. */
export async function publish(report: Report): Promise<void> {
  const text = tableOf(report);
  console.log(`\n${text}`);
  const folder = new URL("./results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL(`${report.name}.md`, folder), text);
  await Deno.writeTextFile(new URL(`${report.name}.svg`, folder), chartOf(report));
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
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((line) => line[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const notes = report.notes.map((note) => `- ${note}`).join("\n");
  return `# ${report.title}\n\n${[line(head), rule, ...body.map(line)].join("\n")}\n\n${notes}\n`;
}

/** A number with as many digits as it is worth. */
export function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2);
}
