import { expect, test } from 'vitest';
import { passwordStrength, safeReturn, signUpErrors } from './account-form';

test('a complete sign-up has no errors', () => {
  expect(
    signUpErrors({ username: 'ada_l-1', email: 'ada@example.com', password: 'secret' }),
  ).toEqual({});
});

test('a password is called by its strength', () => {
  expect(['abc', 'abcdef', 'abcdefgh', 'abcdefghijkl'].map(passwordStrength)).toEqual([
    'Too short',
    'Weak',
    'Good',
    'Strong',
  ]);
});

test.each([null, 'https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example'])(
  'a login never leads to another site: %j',
  (next) => expect(safeReturn(next)).toBe('/'),
);

test('a login leads back to a path of this page', () => {
  expect(safeReturn('/apps/k3f9a2bq')).toBe('/apps/k3f9a2bq');
});
