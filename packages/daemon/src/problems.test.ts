import { AmiPublisherError, silentLogger, systemClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { rememberProblems } from './problems.js';

describe('the problems that a daemon remembers', () => {
  it('are its warnings and errors, the latest first, without what may be secret', () => {
    const { logger, problems } = rememberProblems(silentLogger, systemClock);
    logger.info('not this');
    logger.warn('a device is gone', { device: 'vol-1', token: 'hidden' });
    logger.error('failed', { error: new AmiPublisherError('NO_SPACE', { message: 'full' }) });
    expect(problems()).toMatchObject([
      { level: 'error', message: 'failed', details: 'NO_SPACE: full' },
      { level: 'warn', message: 'a device is gone', details: 'device vol-1' },
    ]);
  });

  it('are twenty at most', () => {
    const { logger, problems } = rememberProblems(silentLogger, systemClock);
    for (let i = 0; i < 30; i++) logger.warn(`w${i}`);
    expect(problems()).toHaveLength(20);
    expect(problems()[0]?.message).toBe('w29');
  });
});
