import type { NoticeKind } from '../lifecycles/draft.js';
import type { Template } from './templates.js';

const subjects: Readonly<Record<NoticeKind, string>> = {
  STARTED: '{{event}} has begun',
  COMPLETED: '{{event}} is completed',
  FAILED: '{{event}} has failed',
  ERROR: '{{event}} has ended with an error',
  CANCELLED: '{{event}} was called off',
  WAITING: '{{event}} is waited for',
  NOTHING_STARTED: 'nothing is left to start',
};

const facts: readonly (readonly [string, string])[] = [
  ['Product', '{{product_name}} {{product_ver}}'],
  ['Stack tag', '{{stack_tag}}'],
  ['Owner', '{{owner}}'],
  ['Event', '{{event}}'],
  ['Lifecycle', '{{lifecycle_id}}'],
  ['When', '{{at}}'],
];

const asksForVerdict = 'The verdict is given with this command; --refuse refuses:';
const needsKey = 'The page and the commands want a key of your own; this message has none.';

/** The template of a kind of message that needs no file. */
export const defaultTemplate = (kind: NoticeKind): Template => {
  const asks = kind === 'WAITING';
  return {
    subject: `${subjects[kind]}: {{product_name}} {{product_ver}} ({{stack_tag}})`,
    text: textOf(asks),
    html: htmlOf(asks),
  };
};

const textOf = (asks: boolean): string =>
  [
    '{{text}}',
    '',
    ...facts.map(([name, value]) => `${`${name}:`.padEnd(12)}${value}`),
    '',
    ...(asks ? [asksForVerdict, '  {{command}}', ''] : []),
    '{{timeline}}',
    needsKey,
    '',
  ].join('\n');

const htmlOf = (asks: boolean): string => `<!doctype html>
<html lang="en">
<body style="font-family: sans-serif">
<p>{{text}}</p>
<table>
${facts.map(([name, value]) => `<tr><th scope="row" align="left">${name}</th><td>${value}</td></tr>`).join('\n')}
</table>
${asks ? `<p>${asksForVerdict}</p>\n<pre>{{command}}</pre>\n` : ''}<p><a href="{{timeline}}">Timeline</a></p>
<p>${needsKey}</p>
</body>
</html>
`;
