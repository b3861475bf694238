/** Where in the source an error is. The file is null for an app that has only one. */
export interface Place {
  file: string | null;
  line: number | null;
}

/** Every failure of a request: the text is ready to be shown to a person. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly place: Place | null;

  constructor(
    status: number,
    text: string,
    code: string | null = null,
    place: Place | null = null,
  ) {
    super(text);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.place = place;
  }
}

/** The server was never reached, so nothing is known about what became of the request. */
export class UnreachableError extends Error {
  constructor() {
    super(
      'The platform did not answer: the network or the server is down. ' +
        'Check that it is running, then try again.',
    );
    this.name = 'UnreachableError';
  }
}

type Shape = Record<string, unknown>;

const isShape = (value: unknown): value is Shape => typeof value === 'object' && value !== null;
const NOT_JSON = Symbol('not JSON');

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null;
const count = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/**
 * Reads a refused answer. Five shapes are in use: `detail` as an object with code and message, as a
 * string, as a list of field errors; plain text; and problem details.
 */
export function readError(status: number, body: string): ApiError {
  const parsed = parse(body);
  if (!isShape(parsed)) {
    return new ApiError(
      status,
      plainText(status, parsed === NOT_JSON ? body : String(parsed ?? '')),
    );
  }
  const { detail } = parsed;
  if (Array.isArray(detail)) {
    const lines = detail.map(fieldError).filter((line) => line !== null);
    return new ApiError(status, lines.join('\n') || plainText(status, ''));
  }
  if (isShape(detail)) {
    const message = text(detail.message) ?? plainText(status, '');
    return new ApiError(status, message, text(detail.code), placeOf(detail.details));
  }
  const message = text(detail) ?? text(parsed.title) ?? text(parsed.message);
  return new ApiError(
    status,
    message ?? plainText(status, ''),
    text(parsed.code) ?? text(parsed.type),
    placeOf(parsed),
  );
}

/** The text of anything that was thrown. */
export function errorText(thrown: unknown): string {
  if (thrown instanceof Error) {
    return thrown.message;
  }
  return text(thrown) ?? 'Something went wrong and left no message. Try again.';
}

export function placeOfError(thrown: unknown): Place | null {
  return thrown instanceof ApiError ? thrown.place : null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return NOT_JSON;
  }
}

function placeOf(details: unknown): Place | null {
  if (!isShape(details)) {
    return null;
  }
  const place = { file: text(details.file), line: count(details.line) };
  return place.file === null && place.line === null ? null : place;
}

function fieldError(entry: unknown): string | null {
  if (!isShape(entry)) {
    return text(entry);
  }
  const message = text(entry.msg) ?? 'is not valid';
  const path = Array.isArray(entry.loc) ? entry.loc.filter((part) => part !== 'body') : [];
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function plainText(status: number, body: string): string {
  const said = body.trim();
  if (said !== '' && said.length <= 300 && !said.startsWith('<')) {
    return said;
  }
  return status >= 500
    ? `The platform failed to handle this request (${status}). Try again; if it stays, look at the platform's log.`
    : `The platform refused this request (${status}).`;
}
