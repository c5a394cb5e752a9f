import { describe, expect, it } from 'vitest';
import { type Annotation, escapeData, escapeProperty, plainLine, WorkflowLog } from './workflow-log.js';

const logged = (use: (log: WorkflowLog) => void): string => {
  let text = '';
  use(
    new WorkflowLog((more) => {
      text += more;
    }),
  );
  return text;
};

const problems = (count: number, level: Annotation['level'] = 'error'): Annotation[] =>
  Array.from({ length: count }, (_, index) => ({ level, title: `t${index}`, message: 'm' }));

describe('what goes into a workflow command', () => {
  it('is escaped, so that it ends neither the command nor its properties', () => {
    expect(escapeData('50%\r\n::set-env::')).toBe('50%25%0D%0A::set-env::');
    expect(escapeProperty('prod,us-east-1: 5%\n')).toBe('prod%2Cus-east-1%3A 5%25%0A');
    expect(logged((log) => log.mask(['a\n::warning::b']))).toBe('::add-mask::a%0A::warning::b\n');
    expect(logged((log) => log.group('a\n::b', []))).toBe('::group::a%0A::b\n::endgroup::\n');
  });
});

describe('a line of the log', () => {
  it.each([
    ['::error::x', '| ::error::x'],
    ['  ::error::x', '| ::error::x'],
    ['a ##[group]x', 'a # #[group]x'],
    ['a\r\n::error::x\nb', 'a ::error::x b'],
    ['vol-1: failed', 'vol-1: failed'],
  ])('is no command of the runner: %j', (text, shown) => {
    expect(plainLine(text)).toBe(shown);
    expect(logged((log) => log.line(text))).toBe(`${shown}\n`);
    expect(logged((log) => log.group('title', [text]))).toBe(`::group::title\n${shown}\n::endgroup::\n`);
  });
});

describe('annotations', () => {
  it('are all shown up to ten', () => {
    const lines = logged((log) => log.annotate(problems(10)))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[9]).toBe('::error title=t9::m');
  });

  it('are ten where there are more, of which the last says how many', () => {
    const lines = logged((log) => log.annotate([...problems(1, 'warning'), ...problems(40)]))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[8]).toBe('::error title=t7::m');
    expect(lines[9]).toBe('::error title=ami-publisher::and 32 more, which the job summary lists');
  });

  it('stay warnings where nothing is an error', () => {
    expect(logged((log) => log.annotate(problems(11, 'warning')))).toContain(
      '::warning title=ami-publisher::and 2 more',
    );
  });
});
