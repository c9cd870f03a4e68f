// Style sheet of the panel, adopted by its shadow root: no policy for inline styles applies, and no style of the page.

/** The style sheet. */
export const STYLES = `
:host { all: initial; color-scheme: light dark; }
* { box-sizing: border-box; }
.root, dialog {
  --ground: light-dark(#ffffff, #16181d);
  --raised: light-dark(#f3f4f6, #20232a);
  --line: light-dark(#d5d8de, #3a3f49);
  --text: light-dark(#1b1e24, #e8eaee);
  --quiet: light-dark(#545b67, #a9b0bc);
  --accent: light-dark(#2a4fc9, #9db6ff);
  --good: light-dark(#17653a, #7fd8a4);
  --bad: light-dark(#a8201a, #ff9d94);
  --warn: light-dark(#7a5200, #f0c26b);
  --added: light-dark(#d8f3e2, #123f27);
  --removed: light-dark(#fde1de, #4f1e1b);
  font: 13px/1.45 system-ui, sans-serif;
  color: var(--text);
}
button { font: inherit; color: inherit; cursor: pointer; border: 1px solid var(--line); border-radius: 6px;
  background: var(--ground); padding: 3px 10px; }
button:hover { background: var(--raised); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.launcher { position: fixed; inset: auto 12px 12px auto; z-index: 2147483646; border-radius: 999px; padding: 5px 12px;
  box-shadow: 0 2px 10px #0003; font-weight: 600; display: flex; gap: 7px; align-items: center; }
.launcher[hidden] { display: none; }
.dot { inline-size: 9px; block-size: 9px; border-radius: 50%; background: var(--warn); }
[data-state=open] .dot { background: var(--good); }
[data-state=lost] .dot, [data-errors] .dot { background: var(--bad); }
.panel { position: fixed; inset: auto 0 0 0; z-index: 2147483646; block-size: min(46vh, 440px); display: flex;
  flex-direction: column; background: var(--ground); border-top: 1px solid var(--line); box-shadow: 0 -4px 18px #0002; }
.panel[hidden], [role=tabpanel][hidden] { display: none; }
.bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 6px 12px;
  border-bottom: 1px solid var(--line); background: var(--raised); }
.bar h2 { font: inherit; font-weight: 700; margin: 0; }
.status { margin: 0 auto 0 0; color: var(--quiet); }
[role=tablist] { display: flex; gap: 2px; }
[role=tab] { border-color: transparent; background: none; }
[role=tab][aria-selected=true] { border-color: var(--line); background: var(--ground); font-weight: 600; }
[role=tabpanel] { overflow: auto; flex: 1; padding: 8px 12px; }
ol, ul, dl { margin: 0; padding: 0; list-style: none; }
.empty { color: var(--quiet); margin: 8px 0; }
.calls > li { border-bottom: 1px solid var(--line); }
summary { display: grid; gap: 10px; align-items: center; padding: 4px 0; cursor: pointer;
  grid-template-columns: minmax(9em, 1.2fr) minmax(8em, 1fr) 7em 4em 6em minmax(6em, 2fr); }
summary > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.name { font-weight: 600; }
.quiet, dt { color: var(--quiet); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.number { text-align: end; font-variant-numeric: tabular-nums; }
.track { position: relative; block-size: 8px; border-radius: 4px; background: var(--raised); }
.span { position: absolute; inset-block: 0; min-inline-size: 3px; border-radius: 4px; background: var(--accent); }
.more { padding: 6px 0 12px 16px; display: grid; gap: 8px; }
h3, h4 { font: inherit; font-weight: 600; margin: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 4px 0 0; padding: 8px; border-radius: 6px; background: var(--raised); white-space: pre-wrap;
  overflow-wrap: anywhere; font: 12px/1.45 ui-monospace, monospace; }
del { background: var(--removed); } ins { background: var(--added); }
del, ins { text-decoration: none; color: inherit; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(16em, 1fr)); gap: 8px; }
dialog { inline-size: min(60rem, calc(100vw - 32px)); max-block-size: calc(100vh - 32px); overflow: auto; padding: 0;
  border: 1px solid var(--line); border-top: 4px solid var(--bad); border-radius: 8px; background: var(--ground); }
dialog::backdrop { background: #0008; }
.head { position: sticky; inset-block-start: 0; display: flex; gap: 12px; align-items: center; padding: 10px 16px;
  border-bottom: 1px solid var(--line); background: var(--ground); }
.head h2 { font: inherit; font-size: 15px; font-weight: 700; margin: 0 auto 0 0; }
article { padding: 12px 16px; } article + article { border-top: 1px solid var(--line); }
article p { margin: 4px 0; overflow-wrap: anywhere; }
.message { font-size: 15px; font-weight: 600; color: var(--bad); }
code { font: 12px/1.45 ui-monospace, monospace; }
summary.plain { display: list-item; }
.fault { display: block; background: var(--removed); }
.line { display: block; }
@media (max-width: 640px) {
  summary { grid-template-columns: 1fr auto auto; }
  summary > :is(.lane, .status-code, .track) { display: none; }
}
`;
