/** What the pages of lifecycles have beside the style of all daemons' pages. */
export const pageStyle = `
:focus-visible { outline: .15rem solid var(--link); outline-offset: .15rem; border-radius: .2rem; }
main:focus { outline: none; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
.top { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; align-items: center;
  margin-bottom: 1.25rem; padding-bottom: .5rem; border-bottom: 1px solid var(--line); }
.home { color: var(--text); font-weight: 600; text-decoration: none; }
.home:hover { text-decoration: underline; }
.viewer { display: flex; gap: .75rem; align-items: center; color: var(--soft); }
button, input, select { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--soft); border-radius: .375rem;
  padding: .3rem .6rem; min-height: 2.25rem; max-width: 100%; }
button { background: var(--card); cursor: pointer; }
button:hover { border-color: var(--text); }
form.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr)); gap: .5rem .75rem; align-items: end; margin: 1rem 0; }
form.filters label, form.login label { display: grid; gap: .15rem; color: var(--soft); font-size: .8rem; }
form.filters input, form.filters select { width: 100%; font-size: 1rem; }
form.filters .act { display: flex; gap: .75rem; align-items: center; }
form.login { display: grid; gap: .75rem; max-width: 28rem; margin: 1rem 0; }
form.login button { justify-self: start; }
.wrong { color: var(--bad); font-weight: 600; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding: .25rem 0; color: var(--soft); font-size: .8rem; text-align: left; }
th, td { padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-size: .8rem; font-weight: 400; white-space: nowrap; }
tbody th { font-weight: 600; }
td small, th small { display: block; color: var(--soft); font-size: .8rem; font-weight: 400; }
.lifecycles .badge { display: inline-block; margin-top: .1rem; }
.badge { line-height: 1.5; white-space: nowrap; }
.pager { display: flex; gap: 1.5rem; margin: 1rem 0; }
.tracks { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.tracks [aria-current] { color: var(--text); font-weight: 600; text-decoration: none; border-bottom: .15rem solid var(--text); }
ol.timeline { margin: 1.5rem 0 0; padding: 0; list-style: none; }
ol.timeline > li { position: relative; margin: 0; padding: 0 0 1.25rem 2.75rem; }
ol.timeline > li::before { content: ''; position: absolute; left: .9rem; top: 1.8rem; bottom: 0; border-left: .15rem solid var(--line); }
ol.timeline > li:last-child::before { display: none; }
ol.timeline h2 { margin: 0; font-size: 1.05rem; line-height: 1.9rem; display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: center; }
.sign { position: absolute; left: 0; top: 0; width: 1.9rem; height: 1.9rem; border: .15rem solid currentcolor; border-radius: 50%; background: var(--ground);
  color: var(--soft); font-size: .95rem; font-weight: 700; line-height: 1.6rem; text-align: center; }
.sign.good { color: var(--good); } .sign.busy { color: var(--busy); } .sign.bad { color: var(--bad); }
.event p { margin: .15rem 0; }
.event details { margin-top: .5rem; }
.values { margin: .5rem 0 0; font-size: .9rem; }
.values .few td { min-width: 9rem; }
.values ul { margin: 0; padding-left: 1.25rem; }
@media (max-width: 40rem) {
  table, caption, tbody, tr, th, td { display: block; }
  thead { position: absolute; left: -100vw; }
  tr { padding: .5rem 0; border-top: 1px solid var(--line); }
  th, td { padding: .1rem 0; border: 0; }
  td[data-label]::before { content: attr(data-label) ': '; color: var(--soft); font-size: .8rem; }
  .values .few td { min-width: 0; }
  td small, th small { display: inline; margin-left: .5rem; }
}
`;
