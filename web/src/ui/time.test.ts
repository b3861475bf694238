import { expect, test } from 'vitest';
import { ago, duration, instant } from './time';

test('a time without a zone is UTC', () => {
  expect(instant('2026-01-31T10:00:00.123456').toISOString()).toBe('2026-01-31T10:00:00.123Z');
  expect(instant('2026-01-31T10:00:00Z').toISOString()).toBe('2026-01-31T10:00:00.000Z');
  expect(instant('2026-01-31T10:00:00+02:00').toISOString()).toBe('2026-01-31T08:00:00.000Z');
});

test('times read as people say them', () => {
  const then = new Date('2026-01-31T10:00:00Z');
  const after = (seconds: number) => ago(then, new Date(then.getTime() + seconds * 1000));
  expect([5, 50, 150, 7300, 90_000].map(after)).toEqual([
    'just now',
    '1 minute ago',
    '2 minutes ago',
    '2 hours ago',
    'yesterday',
  ]);
});

test('durations keep the digits that matter', () => {
  expect([12.4, 1500, 65_000].map(duration)).toEqual(['12 ms', '1.5 s', '1 min 5 s']);
});
