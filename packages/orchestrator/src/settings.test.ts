import { join } from 'node:path';
import { settingsJsonSchema, settingsPage } from '@ami-publisher/daemon';
import { describe, expect, it } from 'vitest';
import { program } from './program.js';
import { databaseChoice, optionsOf, orchestratorSettings } from './settings.js';

const docs = join(import.meta.dirname, '../../../docs/settings');

describe('the settings', () => {
  it('are what docs/settings holds; `node scripts/docs.mjs` writes it anew', async () => {
    const schema = `${JSON.stringify(settingsJsonSchema(program, orchestratorSettings), undefined, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(join(docs, `${program}.schema.json`));
    const page = `${settingsPage(program, orchestratorSettings)}\n`;
    await expect(page).toMatchFileSnapshot(join(docs, `${program}.md`));
  });

  it('name exactly one database', () => {
    const none = { dataDir: undefined, databaseUrl: undefined };
    expect(databaseChoice({ ...none, dataDir: '/a' })).toEqual({ directory: '/a' });
    expect(databaseChoice({ ...none, databaseUrl: 'postgres://x' })).toEqual({ url: 'postgres://x' });
    expect(() => databaseChoice(none)).toThrow('got neither');
    expect(() => databaseChoice({ dataDir: '/a', databaseUrl: 'postgres://x' })).toThrow('got both');
  });

  it('name a certificate with its key', () => {
    const settings = {
      ...{
        dataDir: '/a',
        databaseUrl: undefined,
        listen: { host: '::', port: 1 },
        executors: undefined,
        notifications: undefined,
        publicUrl: undefined,
      },
      ...{
        legacy: false,
        fourEyes: true,
        versionSeed: '1.0.0',
        attemptLimitMinutes: 2,
        silenceLimitMinutes: 1,
        concurrency: 3,
      },
      ...{ logLevel: 'info' as const, exitWithStdin: false, cert: undefined, key: undefined },
    } as const;
    expect(optionsOf(settings)).toMatchObject({
      host: '::',
      attemptLimitMs: 120_000,
      concurrency: 3,
      tls: undefined,
    });
    expect(optionsOf({ ...settings, cert: 'c', key: 'k' }).tls).toEqual({ certFile: 'c', keyFile: 'k' });
    expect(() => optionsOf({ ...settings, cert: 'c' })).toThrow('expected both `--cert` and `--key`');
  });
});
