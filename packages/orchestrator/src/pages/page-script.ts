/**
 * Renews what changes on a page as soon as the server says that it has, and says whether the server can be heard. While nobody looks it listens to
 * nothing.
 */
export const pageScript = `
const connection = document.getElementById('connection');
let source;
let retry;

const say = (text, isLost) => {
  connection.textContent = text;
  connection.toggleAttribute('data-lost', isLost);
};
const time = () => new Date().toISOString().slice(11, 19) + ' UTC';

const placeOfFocus = (live) => {
  const focused = document.activeElement;
  if (!live.contains(focused)) return undefined;
  const href = focused.getAttribute('href');
  if (href !== null) return 'a[href="' + CSS.escape(href) + '"]';
  return focused.parentElement.id === '' ? undefined : '#' + CSS.escape(focused.parentElement.id) + ' > summary';
};

const renew = async () => {
  const answer = await fetch(location.href, { cache: 'no-store', headers: { accept: 'text/html' } });
  if (answer.redirected || !answer.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
  const live = document.getElementById('live');
  for (const { id } of live.querySelectorAll('details[open]')) fresh.querySelector('#' + CSS.escape(id))?.setAttribute('open', '');
  const focused = placeOfFocus(live);
  live.replaceWith(fresh);
  if (focused !== undefined) fresh.querySelector(focused)?.focus();
  say('live, changed at ' + time(), false);
};

const listen = () => {
  clearTimeout(retry);
  source?.close();
  if (document.hidden) return;
  source = new EventSource(document.getElementById('live').dataset.changes);
  source.addEventListener('open', () => say('live', false));
  source.addEventListener('change', () => renew().catch(lost));
  source.addEventListener('error', lost);
};

const lost = () => {
  say('no answer since ' + time() + ', trying again', true);
  if (source.readyState !== EventSource.CLOSED) return;
  clearTimeout(retry);
  retry = setTimeout(() => renew().then(listen, lost), 10000);
};

document.addEventListener('visibilitychange', listen);
listen();
`;
