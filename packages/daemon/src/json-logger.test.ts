import { describe, expect, it } from 'vitest';
import { jsonLogger } from './json-logger.js';

describe('the log', () => {
  it('[U61] is one JSON object a line, with fields and errors', () => {
    const lines: string[] = [];
    const logger = jsonLogger({
      level: 'info',
      fields: { region: 'r' },
      destination: { write: (line) => lines.push(line) },
    });
    logger.debug('not this');
    logger.info('a call', { method: 'AddDevice' });
    logger.error('failed', { error: new Error('why') });
    const [call, failure] = lines.map((line) => JSON.parse(line));
    expect(call).toMatchObject({ level: 30, msg: 'a call', method: 'AddDevice', region: 'r' });
    expect(failure).toMatchObject({ level: 50, msg: 'failed', error: { message: 'why' } });
  });

  it('has no secrets', () => {
    const lines: string[] = [];
    const logger = jsonLogger({
      level: 'info',
      fields: {},
      destination: { write: (line) => lines.push(line) },
    });
    logger.info('x', { token: 'hidden-1', tls: { key: 'hidden-2' }, name: 'shown' });
    expect(lines[0]).not.toMatch(/hidden/);
    expect(lines[0]).toContain('shown');
  });
});
