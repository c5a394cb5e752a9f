import { describe, expect, it } from 'vitest';
import { parseConfiguration } from './configuration.js';

const faultOf = (connector: unknown): string => {
  try {
    parseConfiguration({ connector }, 'file.yaml');
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the connector of a configuration', () => {
  it.each([
    'private',
    'public',
    'ssm',
    { ssm: { plugin: '/opt/plugin' } },
    { map: { 'i-1': 'localhost:7974' } },
    { proxy: 'http://proxy.example.com:3128' },
    { proxy: 'http://[fd00::1]:3128' },
    { proxy: 'http://proxy:3128', credentials: { environment: 'NAME' } },
    { proxy: 'http://proxy:3128', credentials: { file: '/etc/proxy' } },
  ])('may be %j', (connector) => {
    expect(faultOf(connector)).toBe('none');
  });

  it.each([
    ['telnet', 'connector: private, public, ssm, or a mapping with map, proxy or ssm'],
    [{ proxy: 'https://proxy:3128' }, 'connector.proxy: http://host:port, without user and password'],
    [{ proxy: 'http://proxy:3128/path' }, 'connector.proxy: http://host:port'],
    [{ map: { 'i-1': 'localhost' } }, 'connector.map.i-1: host:port'],
    [{ proxy: 'http://p:1', credentials: 'me' }, 'connector.credentials: a mapping with environment or file'],
    [{ ssm: { plugin: 7 } }, 'connector.ssm.plugin: '],
  ])('must not be %j', (connector, fault) => {
    expect(faultOf(connector)).toContain(`file.yaml: ${fault}`);
  });

  it('must not have a user and password in its URL, and they are not repeated', () => {
    const fault = faultOf({ proxy: 'http://me:hunter2@proxy:3128' });
    expect(fault).toContain('connector.proxy: http://host:port, without user and password');
    expect(fault).not.toContain('hunter2');
  });
});
