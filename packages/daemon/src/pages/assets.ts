/** The style of the pages: light or dark as the reader's system is, and readable on a telephone. */
export const styleSheet = `
:root { color-scheme: light dark; --line: #d0d7de; --soft: #57606a; --card: #f6f8fa; --ground: #fff; --text: #1f2328; --link: #0550ae;
  --good: #116329; --busy: #0550ae; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #9da7b1; --card: #151b23; --ground: #0d1117; --text: #f0f6fc;
  --link: #79b8ff; --good: #56d364; --busy: #79b8ff; --bad: #ff8e87; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
h3 { margin: 0 0 .25rem; font-size: 1rem; display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: baseline; }
a { color: var(--link); }
code { font-family: ui-monospace, monospace; font-size: .9em; }
.card { margin: .5rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); gap: .25rem 1.5rem; margin: .5rem 0 0; }
@media (max-width: 30rem) { .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .25rem 1rem; } }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.badge { padding: 0 .5rem; border: 1px solid currentcolor; border-radius: 1rem; font-size: .8rem; font-weight: 600; color: var(--soft); }
.badge.good { color: var(--good); } .badge.busy { color: var(--busy); } .badge.bad { color: var(--bad); }
.empty, .note { color: var(--soft); }
.problem { margin: .75rem 0 .25rem; padding-left: .75rem; border-left: .25rem solid var(--bad); }
.problem p { margin: 0; }
ol.history { margin: .5rem 0 0; padding: 0; list-style: none; }
ol.history li { padding: .25rem 0; border-top: 1px solid var(--line); }
summary { cursor: pointer; }
progress { width: 100%; height: 1rem; accent-color: var(--busy); }
footer { margin: 2rem 0 0; padding-top: .5rem; border-top: 1px solid var(--line); color: var(--soft); }
footer a { margin-right: 1rem; }
#connection[data-lost] { color: var(--bad); font-weight: 600; }
`;

/** Brings the page up to date every two seconds while somebody looks, and says when the daemon does not answer. */
export const liveScript = `
const connection = document.getElementById('connection');
const renew = async () => {
  const answer = await fetch(location.href, { cache: 'no-store' });
  if (!answer.ok) throw new Error('status ' + answer.status);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const open = new Set([...document.querySelectorAll('details[open]')].map((one) => one.id));
  for (const details of fresh.querySelectorAll('details')) details.open = open.has(details.id);
  document.querySelector('main').replaceWith(fresh.querySelector('main'));
  connection.textContent = 'live';
  delete connection.dataset.lost;
};
const tick = async () => {
  try {
    if (!document.hidden && !document.querySelector('main :focus')) await renew();
  } catch (error) {
    connection.textContent = 'no answer since ' + new Date().toISOString() + ' (' + error.message + ')';
    connection.dataset.lost = '';
  }
  setTimeout(tick, 2000);
};
setTimeout(tick, 2000);
`;
