import { EventSourceParserStream } from 'eventsource-parser/stream';

export interface ServerEvent {
  id: string | undefined;
  event: string | undefined;
  data: string;
}

type Opener = (lastEventId: string | null, signal: AbortSignal) => Promise<Response>;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Reads a stream of server-sent events until `onEvent` answers "done" or `signal` aborts. When the
 * connection ends early it is opened again, after a growing pause, from the last event seen. An
 * error that asking again cannot mend (a 4xx answer) is thrown.
 */
export async function follow(
  open: Opener,
  onEvent: (event: ServerEvent) => 'more' | 'done',
  signal: AbortSignal,
  onConnection: (state: 'open' | 'lost') => void = () => {},
): Promise<void> {
  let lastId: string | null = null;
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const response = await open(lastId, signal);
      onConnection('open');
      for await (const event of read(response)) {
        wait = FIRST_WAIT_MS;
        lastId = event.id ?? lastId;
        if (onEvent(event) === 'done') {
          return;
        }
      }
    } catch (thrown) {
      if (signal.aborted) {
        return;
      }
      if (isFinal(thrown)) {
        throw thrown;
      }
    }
    onConnection('lost');
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function* read(response: Response): AsyncGenerator<ServerEvent> {
  if (response.body === null) {
    return;
  }
  const reader = response.body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield { id: next.value.id, event: next.value.event, data: next.value.data };
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function isFinal(thrown: unknown): boolean {
  const status = (thrown as { status?: unknown }).status;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      document.removeEventListener('visibilitychange', whenSeen);
      resolve();
    };
    const whenSeen = () => document.visibilityState === 'visible' && finish();
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    document.addEventListener('visibilitychange', whenSeen);
  });
}
