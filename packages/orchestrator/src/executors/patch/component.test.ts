import { describe, expect, test } from 'vitest';
import { stepsOfComponent } from './component.js';

const component = (steps: string): string =>
  `name: patch\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n${steps}`;
const refused = (document: string): string => {
  try {
    stepsOfComponent(document, 'patch.yaml');
  } catch (reason) {
    expect(reason).toMatchObject({ code: 'PATCH_COMPONENT_INVALID' });
    return (reason as Error).message;
  }
  throw new Error('the component was taken');
};

describe('A patch component', () => {
  test('gives its steps with their defaults, those that build before those that validate', () => {
    const document = [
      'schemaVersion: 1.0',
      'phases:',
      '  - name: validate',
      '    steps: [{ name: look, action: ExecuteBash, inputs: { commands: ["true"] } }]',
      '  - name: build',
      '    steps:',
      '      - { name: update, action: UpdateOS }',
      '      - { name: motd, action: CreateFile, inputs: [{ path: /etc/motd, content: hello }] }',
    ].join('\n');
    expect(stepsOfComponent(document, 'patch.yaml')).toMatchObject([
      { name: 'update', action: 'UpdateOS', onFailure: 'Abort', maxAttempts: 1, timeoutSeconds: 7_200 },
      { name: 'motd', inputs: [{ path: '/etc/motd', overwrite: true }] },
      { name: 'look' },
    ]);
  });

  test('is refused for an action that is not known, with its line and column', () => {
    const message = refused(component('      - name: reboot\n        action: Reboot\n'));
    expect(message).toContain('patch.yaml:7:17: phases.0.steps.0.action:');
    expect(message).toContain('ExecuteBash, CreateFile, UpdateOS');
  });

  test.each([
    [
      'a path that leads away',
      '{ name: x, action: CreateFile, inputs: [{ path: /a/../b, content: "" }] }',
      'without ..',
    ],
    [
      'values to be put in',
      '{ name: x, action: ExecuteBash, inputs: { commands: ["echo {{ a }}"] } }',
      'without {{ }}',
    ],
    [
      'a package that is an option',
      '{ name: x, action: UpdateOS, inputs: { include: ["--root=/"] } }',
      'names of packages',
    ],
    ['a field that is not known', '{ name: x, action: UpdateOS, sudo: true }', 'sudo'],
  ])('is refused for %s', (_what, step, why) => {
    expect(refused(component(`      - ${step}\n`))).toContain(why);
  });

  test('is refused where it is no YAML, and where it is endless', () => {
    expect(refused('phases: [')).toMatch(/^patch\.yaml:1:\d+:/);
    expect(refused('x'.repeat(70_000))).toContain('at most 65536 characters');
  });
});
