/**
 * A report as a chart: a group of bars per benchmark. The length of a bar is the ratio of a contender to the baseline.
 */
import { ratioOf, type Report, shown } from "./report.ts";

const WIDTH = 760;
const LABELS = 190;
const BAR = 16;
const GAP = 14;
const TOP = 56;
const COLORS = ["#0b7285", "#868e96", "#e8590c", "#5f3dc4", "#2b8a3e", "#c2255c"];

/** Returns the chart as SVG without scripts and fonts, readable in light and dark mode. */
export function chartOf(report: Report): string {
  const contenders = [...new Set(report.rows.flatMap(({ samples }) => [...samples.keys()]))];
  const ratios = report.rows.flatMap((row) => contenders.map((name) => ratioOf(report, row, name)));
  const longest = Math.max(1.1, ...ratios.filter(Number.isFinite));
  const scale = (WIDTH - LABELS - 130) / longest;
  const parts: string[] = [];
  let y = TOP;
  for (const row of report.rows) {
    const present = contenders.filter((name) => row.samples.has(name));
    const middle = y + present.length * BAR / 2 + 4;
    parts.push(`<text x="${LABELS - 10}" y="${middle}" text-anchor="end">${escape(row.work)}</text>`);
    for (const name of present) {
      const ratio = ratioOf(report, row, name);
      const width = Math.max(1, ratio * scale);
      const color = COLORS[contenders.indexOf(name) % COLORS.length];
      const median = row.samples.get(name)?.median ?? NaN;
      parts.push(
        `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${color}"/>`,
        `<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 11}" class="value">` +
          `${ratio.toFixed(2)} · ${shown(median)} ${escape(report.unit)}</text>`,
      );
      y += BAR;
    }
    y += GAP;
  }
  const legend = contenders.map((name, index) => {
    const x = LABELS + index * 110;
    return `<rect x="${x}" y="32" width="11" height="11" fill="${COLORS[index % COLORS.length]}"/>` +
      `<text x="${x + 16}" y="42">${escape(name)}</text>`;
  });
  const at = (LABELS + scale).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">
<title>${escape(report.title)}</title>
<style>text{font:12px system-ui,sans-serif;fill:#495057}.value{font-size:11px}@media(prefers-color-scheme:dark){text{fill:#ced4da}}</style>
<text x="10" y="20" style="font-size:14px;font-weight:600">${escape(report.title)}</text>
${legend.join("\n")}
<line x1="${at}" y1="${TOP - 6}" x2="${at}" y2="${y - GAP + 4}" stroke="#868e96" stroke-dasharray="3 3"/>
${parts.join("\n")}
</svg>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
