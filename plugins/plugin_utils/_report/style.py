# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The style sheet of the HTML report. Data only; a test measures its contrasts in a browser.

On a narrow screen a row of a table becomes a block, so that nothing has to be scrolled sideways. Printed, everything
that is folded is open.
"""

from __future__ import annotations

import typing as t

STYLE: t.Final = """\
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1b1f24; --muted: #57606a; --line: #d0d7de; --head: #f3f5f7; --link: #0550ae;
  --met: #0b5d2a; --met-ground: #dff5e5;
  --unmet: #a0111f; --unmet-ground: #ffe6e6;
  --unknown: #6f4400; --unknown-ground: #fff1cc;
  --other: #4b535c; --other-ground: #eef0f2;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --ink: #e6e9ed; --muted: #a3adb8; --line: #39424c; --head: #1a2027; --link: #7db7ff;
    --met: #86e0a0; --met-ground: #12321d;
    --unmet: #ffaaa8; --unmet-ground: #471619;
    --unknown: #f3cd72; --unknown-ground: #3b2b05;
    --other: #b4bec8; --other-ground: #232a32;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem; max-width: 96rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.25rem; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1.05rem; }
p { margin: .25rem 0; max-width: 60rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font-family: ui-monospace, "Cascadia Mono", "Liberation Mono", monospace; font-size: .9em; }
dl { margin: 0; }
dd { margin: 0; }
dt, .muted { color: var(--muted); }
ul { margin: 0; padding: 0; list-style: none; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1rem; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; }
.figure { padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .4rem; }
.figure strong { display: block; font-size: 1.6rem; line-height: 1.3; }
.figure.none strong { font-size: 1rem; line-height: 2.08rem; font-weight: 600; color: var(--muted); }
.figure span { color: var(--muted); }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; color: var(--muted); padding: .25rem 0; }
th, td { padding: .4rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--head); white-space: nowrap; }
.matrix thead th { position: sticky; top: 0; }
.matrix th, .matrix td { padding: .4rem; }
.matrix tbody th { min-width: 8.5rem; font-weight: 600; }
.matrix td { width: 1%; }
.matrix .remedy { width: auto; min-width: 15rem; }
.status {
  display: inline-block; padding: 0 .35rem; border-radius: .3rem; white-space: nowrap; font-size: .85rem;
  font-weight: 600; color: var(--other); background: var(--other-ground);
}
.status.met { color: var(--met); background: var(--met-ground); }
.status.unmet { color: var(--unmet); background: var(--unmet-ground); }
.status.unknown { color: var(--unknown); background: var(--unknown-ground); }
.not_applicable, .not_chosen, .not_looked_at { font-weight: 400; white-space: normal; }
.findings > li { padding: .6rem 0; border-bottom: 1px solid var(--line); }
.marks { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin-top: .25rem; font-size: .85rem; }
.marks div { display: flex; gap: .35rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; }
summary { padding: .5rem .9rem; cursor: pointer; }
summary bdi { font-weight: 600; }
.tenant { padding: 0 .9rem .9rem; scroll-margin-top: 3rem; }
.caveat { margin: .4rem 0; padding-left: .75rem; border-left: 3px solid var(--unknown); }
.evidence { margin-top: .5rem; font-size: .8rem; }
.evidence td[data-label="At"] { white-space: nowrap; }
@media screen and (max-width: 75rem) {
  body { padding: 1rem; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, caption { display: block; }
  .matrix tr {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: .4rem .5rem;
    padding: .75rem 0; border-bottom: 1px solid var(--line);
  }
  .evidence tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .matrix tbody th, .matrix td, .evidence td { display: block; width: auto; padding: 0; border: 0; min-width: 0; }
  .matrix tbody th, .matrix .remedy { grid-column: 1 / -1; min-width: 0; }
  .matrix tbody th { font-size: 1rem; }
  td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); }
  .matrix td[data-label]::before { content: attr(data-label); display: block; font-size: .8rem; }
}
@page { size: landscape; margin: 12mm; }
@media print {
  :root { font-size: 9pt; color-scheme: light; }
  body { padding: 0; max-width: none; }
  nav { display: none; }
  .figures { grid-template-columns: repeat(6, 1fr); }
  table { overflow-wrap: break-word; font-size: .8rem; }
  th, td, .matrix th, .matrix td { padding: .25rem .3rem; }
  .matrix thead th { position: static; }
  .matrix tbody th { min-width: 7rem; }
  .matrix .remedy { min-width: 0; }
  .remedy, .matrix tbody th, .evidence td { overflow-wrap: anywhere; }
  .status { padding: 0 .25rem; font-size: .75rem; border: 1px solid currentColor; }
  tr, .findings > li, article { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; }
  details { border: 0; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  a { color: inherit; }
}
"""
