import { describe, expect, it } from 'vitest';
import { formatDestination, parseDestination } from './destination.js';

describe('a destination', () => {
  it.each([
    ['debian/1.raw', '/srv/exports', '/srv/exports/debian/1.raw'],
    ['/srv/exports/-1.raw', '/srv/exports/', '/srv/exports/-1.raw'],
    ['/1.raw', '/', '/1.raw'],
    ['s3://images/debian/1.raw', undefined, 's3://images/debian/1.raw'],
    ['s3://images/../1 ?region=x', '/srv/exports', 's3://images/../1 ?region=x'],
  ])('%j below %j is %j', (value, directory, whole) => {
    expect(formatDestination(parseDestination(value, directory), directory)).toBe(whole);
  });

  it.each([
    ['', 'without `.` and `..`'],
    ['../1.raw', 'without `.` and `..`'],
    ['a/../../1.raw', 'without `.` and `..`'],
    ['/srv/exports/../1.raw', 'without `.` and `..`'],
    ['a//1.raw', 'without `.` and `..`'],
    ['a/', 'without `.` and `..`'],
    ['/srv/exports', 'a file below /srv/exports'],
    ['/srv/exports2/1.raw', 'a file below /srv/exports'],
    ['x'.repeat(256), 'a file below /srv/exports'],
    ['a\0b', 'without control characters'],
    ['s3://UPPER/key', 's3://BUCKET/KEY'],
    ['s3://bucket', 's3://BUCKET/KEY'],
    ['s3://bucket//key', 's3://BUCKET/KEY'],
    [`s3://bucket/${'k'.repeat(1025)}`, 's3://BUCKET/KEY'],
  ])('must not be %j', (value, rule) => {
    expect(() => parseDestination(value, '/srv/exports')).toThrow(rule);
  });

  it('is in S3 where the unpacker has no export directory', () => {
    expect(() => parseDestination('1.raw', undefined)).toThrow('start it with --export-dir');
  });
});
