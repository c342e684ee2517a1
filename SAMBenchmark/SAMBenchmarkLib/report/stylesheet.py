"""How the page looks: system fonts, light and dark, screen, phone and paper."""

STYLESHEET = """
:root {
  color-scheme: light dark;
  --page: #f5f7f8; --card: #ffffff; --ink: #17232b; --soft: #55656f; --line: #d9e0e4; --zebra: #f6f9fa;
  --accent: #0f5c75; --note: #fff6e3; --note-line: #d9931e; --bad: #a8321f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10161a; --card: #182127; --ink: #e3eaee; --soft: #9db0ba; --line: #2d3a42; --zebra: #1c262d;
    --accent: #6fc3de; --note: #2c2415; --note-line: #d9931e; --bad: #ff9a85;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 36px; }
footer { padding-top: 8px; padding-bottom: 48px; color: var(--soft); font-size: 0.875rem; }
h1 { margin: 0 0 4px; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 1.3rem; line-height: 1.3; }
h3 { margin: 28px 0 8px; font-size: 1.05rem; line-height: 1.35; }
h4 { margin: 0 0 4px; font-size: 0.95rem; line-height: 1.35; overflow-wrap: anywhere; }
p, ul, dl { margin: 0 0 12px; }
p, li { max-width: 78ch; }
a { color: var(--accent); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--card); padding: 8px 12px; z-index: 3; }
.subtitle { color: var(--soft); font-size: 1.05rem; }
.warning {
  border-left: 4px solid var(--bad); background: var(--card); padding: 10px 16px; font-weight: 600; max-width: none;
}
.note { max-width: none; border-left: 4px solid var(--note-line); background: var(--note); padding: 10px 16px;
  margin: 0 0 12px; }
.note p:last-child, .note ul:last-child { margin-bottom: 0; }
.note li { overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 6px 20px; padding: 12px 0; margin: 16px 0 20px; list-style: none;
  border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: 0.94rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 24px;
  margin: 0 0 20px; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px;
  min-width: 0; }
.tiles dt { color: var(--soft); font-size: 0.8rem; text-transform: uppercase; letter-spacing: 0.05em; }
.tiles dd { margin: 0; font-size: 1.45rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
.tiles dd small { display: block; font-size: 0.8rem; font-weight: 400; color: var(--soft); line-height: 1.35; }
.tiles .text dd { font-size: 1.05rem; line-height: 1.4; padding-top: 4px; }

.scroll { overflow-x: auto; margin: 0 0 12px; -webkit-overflow-scrolling: touch; }
.scroll.tall { max-height: 85vh; overflow-y: auto; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; color: var(--soft); padding: 0 0 8px; font-size: 0.875rem; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 2px solid var(--line);
  font-weight: 600; white-space: nowrap; vertical-align: bottom; }
thead th small { display: block; font-weight: 400; color: var(--soft); }
tbody th { font-weight: 600; unicode-bidi: isolate; overflow-wrap: break-word; min-width: 12ch; }
tbody th.strategy { white-space: nowrap; overflow-wrap: normal; }
tbody th small { display: block; font-weight: 400; color: var(--soft); }
tbody th.code { min-width: 24ch; }
tbody th.code, td.code, .code { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
  font-size: 0.86em; font-weight: 400; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.number small { color: var(--soft); font-size: 0.86em; }
td.number small.undefined, .undefined { display: block; color: var(--bad); }
tbody.group { border-bottom: 2px solid var(--line); }
tbody.group:nth-of-type(even) td, tbody.group:nth-of-type(even) th { background: var(--zebra); }
tbody.total th, tbody.total td { background: var(--zebra); }
td.way { white-space: nowrap; color: var(--soft); }
td.remark { min-width: 26ch; }
td.best { font-weight: 700; }
details { border-top: 1px solid var(--line); padding: 10px 0; }
details:last-of-type { border-bottom: 1px solid var(--line); margin-bottom: 12px; }
summary { cursor: pointer; font-weight: 600; color: var(--accent); }
details > *:nth-child(2) { margin-top: 10px; }

.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 0 0 14px; padding: 0; list-style: none;
  font-size: 0.9rem; }
.legend li { display: flex; align-items: center; gap: 8px; max-width: none; }
.legend svg { flex: none; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 16px;
  margin-bottom: 12px; }
figure { margin: 0; min-width: 0; }
.plot { background: #ffffff; color: #17232b; border: 1px solid var(--line); border-radius: 8px;
  padding: 10px 10px 6px; }
.plot figcaption { font-weight: 600; font-size: 0.93rem; overflow-wrap: anywhere; unicode-bidi: isolate; }
.plot figcaption small { display: block; font-weight: 400; color: #55656f; }
.plot svg { display: block; width: 100%; height: auto; }
.pictures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 16px; margin-bottom: 8px; }
@media (max-width: 1000px) { .pictures { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 520px) { .pictures { grid-template-columns: minmax(0, 1fr); } }
.picture img { display: block; width: 100%; height: auto; background: #000; border-radius: 6px; }
.picture .missing { display: flex; align-items: center; justify-content: center; aspect-ratio: 1; padding: 16px;
  text-align: center; border: 1px dashed var(--line); border-radius: 6px; color: var(--soft); font-size: 0.9rem; }
.picture figcaption { font-size: 0.875rem; padding-top: 6px; overflow-wrap: anywhere; }
.picture figcaption b { display: block; }
.picture figcaption span { display: block; color: var(--soft); }
.picture figcaption .figures { color: var(--ink); font-variant-numeric: tabular-nums; }
.picture figcaption .undefined { color: var(--bad); }

@media (max-width: 640px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  header { padding-top: 20px; }
  section { padding: 16px 14px; border-radius: 8px; }
  h1 { font-size: 1.45rem; }
  th, td { padding: 6px 8px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .tiles dd { font-size: 1.2rem; }
  .scroll thead tr:last-child th:first-child, .scroll tbody th { position: sticky; left: 0; background: var(--card); }
  .scroll tbody th { max-width: 38vw; }
  .scroll.prose tbody th { position: static; max-width: none; }
}
@media print {
  :root { --page: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --zebra: #f4f4f4;
    --accent: #000000; --note: #ffffff; --bad: #7a1f10; }
  body { font-size: 10pt; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  nav, .skip { display: none; }
  section { border: 0; padding: 0; margin-bottom: 16pt; }
  .scroll, .scroll.tall { overflow: visible; max-height: none; }
  thead th { position: static; }
  table { font-size: 8pt; }
  th, td { padding: 2pt 4pt; }
  tr, figure, h2, h3 { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; }
  .pictures { grid-template-columns: repeat(4, 1fr); gap: 8pt; }
  .panels { grid-template-columns: repeat(2, 1fr); gap: 8pt; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
"""
