import { describe, expect, test } from 'vitest';
import { errorText, readError, UnreachableError } from './errors';

const read = (body: unknown, status = 400) => readError(status, JSON.stringify(body));

describe('an error of the platform reads as a sentence', () => {
  test('when its detail is an object with code, message and place', () => {
    const error = read({
      detail: {
        code: 'VALIDATION_FAILED',
        message: 'Bad line',
        details: { line: 4, file: 'a.py' },
      },
    });
    expect(errorText(error)).toBe('Bad line');
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(error.place).toEqual({ file: 'a.py', line: 4 });
  });

  test('when its detail is a string', () => {
    expect(errorText(read({ detail: 'Username or email already exists' }))).toBe(
      'Username or email already exists',
    );
  });

  test('when its detail is a list of fields', () => {
    const detail = [
      { type: 'missing', loc: ['body', 'name'], msg: 'Field required', input: {} },
      { type: 'json_invalid', loc: ['body'], msg: 'JSON decode error', input: {} },
    ];
    expect(errorText(read({ detail }, 422))).toBe('name: Field required\nJSON decode error');
  });

  test('when it is plain text', () => {
    expect(errorText(readError(500, 'Internal Server Error'))).toBe('Internal Server Error');
  });

  test('when it is problem details', () => {
    const error = read({
      type: 'urn:headrace:gone',
      title: 'Gone',
      detail: 'Version 9 is not there.',
    });
    expect(errorText(error)).toBe('Version 9 is not there.');
  });

  test('when it is a web page or nothing at all', () => {
    expect(errorText(readError(502, '<html><body>Bad gateway</body></html>'))).toContain('(502)');
    expect(errorText(readError(404, ''))).toContain('(404)');
  });

  test.each([
    [{ detail: {} }],
    [{ detail: [] }],
    [{ detail: [{}] }],
    [{ detail: null }],
    [{}],
    [[]],
    [null],
  ])('also from %j, never as [object Object]', (body) => {
    const text = errorText(read(body));
    expect(text).not.toContain('[object');
    expect(text.length).toBeGreaterThan(5);
  });
});

test('a platform that never answered is told apart from one that refused', () => {
  expect(errorText(new UnreachableError())).toContain('did not answer');
  expect(errorText({})).not.toContain('[object');
});
