/** The page's only style sheet. Colours are variables that charts use too, so that both themes are one file. */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2328; --faint: #59636e; --rule: #d5dbe1; --shade: #f3f5f7; --link: #0a58b8; --alarm: #9a2a00;
  --dormouse: #1f62c9; --by-hand: #b45f06; --control: #7a3ea8; --native: #1d7a45;
  --line-0: #1f62c9; --line-1: #b45f06; --line-2: #1d7a45; --line-3: #a3326f; --line-4: #6a4bc0; --line-5: #00767f; --line-6: #7d5a2f; --line-7: #5a6570;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e6eaee; --faint: #a0abb6; --rule: #36404a; --shade: #1e2429; --link: #7db4ff; --alarm: #ffab8a;
    --dormouse: #6fa8ff; --by-hand: #f2a65a; --control: #cf9bff; --native: #6ccf94;
    --line-0: #6fa8ff; --line-1: #f2a65a; --line-2: #6ccf94; --line-3: #ff8fc4; --line-4: #b7a0ff; --line-5: #5fd0da; --line-6: #d7b382; --line-7: #b4bfca;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; }
h2 { margin-top: 3rem; padding-top: .5rem; border-top: 1px solid var(--rule); font-size: 1.4rem; line-height: 1.25; }
h3 { margin-top: 2rem; font-size: 1.1rem; }
p, li { max-width: 46rem; overflow-wrap: anywhere; }
li { margin: .35rem 0; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
code { font-size: .92em; background: var(--shade); padding: 0 .2em; border-radius: 3px; }
pre { overflow-x: auto; padding: .75rem; background: var(--shade); font-size: .85rem; }
figure { margin: 1rem 0; }
figcaption { color: var(--faint); font-size: .92rem; margin-bottom: .25rem; }
svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none; }
.table { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .86rem; }
th, td { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--faint); font-weight: 600; }
.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; color: var(--link); }
.notice { border-left: 4px solid var(--alarm); padding: .5rem .75rem; color: var(--alarm); font-weight: 600; background: var(--shade); }
@media (max-width: 48rem) {
  .wide { display: none; }
  .narrow { display: block; }
  .narrow svg { width: 100%; max-width: 30rem; }
  h1 { font-size: 1.4rem; }
  table { width: max-content; }
  td { max-width: 17rem; }
  ul { padding-left: 1.2rem; }
  nav ul { padding-left: 0; }
}
`;
