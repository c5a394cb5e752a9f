import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.js';

const text = `${JSON.stringify(openApiDocument(), undefined, 2)}\n`;

describe('the OpenAPI document', () => {
  it('is what docs/openapi.json holds; `node scripts/docs.mjs` writes it anew', async () => {
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../../docs/openapi.json'));
  });

  it('has no fault that a linter finds', async () => {
    // Health, version and the document itself take nothing that could be wrong.
    const rules = { 'operation-4xx-response': 'off' } as const;
    const config = await createConfig({ extends: ['recommended'], rules });
    const problems = await lintFromString({ source: text, absoluteRef: '/openapi.json', config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  });
});
