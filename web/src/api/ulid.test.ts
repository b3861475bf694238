import { expect, test } from 'vitest';
import { ulid } from './ulid';

test('a ULID is 26 characters of Crockford base 32 and begins with its time', () => {
  expect(ulid(1_469_918_176_385)).toMatch(/^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
});

test('ULIDs of the same moment differ', () => {
  const made = Array.from({ length: 1000 }, () => ulid(0));
  expect(new Set(made).size).toBe(1000);
});
