import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import type { Logs as LogLines } from '../api/types';
import { Loading, Notice } from '../ui/notice';
import { instant } from '../ui/time';

const LINES = 200;
const EVERY_MS = 2000;

/** The app's last lines, asked for anew while they are visible. */
export function Logs({ appId }: { appId: string }) {
  const api = useApi();
  const [follows, setFollows] = useState(true);
  const logs = useQuery({
    queryKey: ['logs', appId],
    queryFn: ({ signal }) => api.logs(appId, LINES, signal),
    refetchInterval: EVERY_MS,
  });
  return (
    <div className="logs">
      <div className="logs-head">
        <label>
          <input
            type="checkbox"
            checked={follows}
            onChange={(event) => setFollows(event.target.checked)}
          />{' '}
          Stay at the newest line
        </label>
        {logs.data?.truncated && <span className="hint">The last {LINES} lines.</span>}
        {logs.isError && logs.data !== undefined && (
          <span className="hint bad">{errorText(logs.error)}</span>
        )}
      </div>
      {logs.isPending && <Loading what="the logs" />}
      {logs.isError && logs.data === undefined && (
        <Notice kind="bad">{errorText(logs.error)}</Notice>
      )}
      {logs.data !== undefined && <Lines data={logs.data} follows={follows} />}
    </div>
  );
}

function Lines({ data, follows }: { data: LogLines; follows: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever there are other lines
  useEffect(() => {
    if (follows && box.current !== null) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [data, follows]);
  if (data.logs.length === 0) {
    return <p className="hint">{data.error ?? 'The app has not written anything yet.'}</p>;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className="lines" ref={box} tabIndex={0} role="log" aria-label="Log lines" aria-live="off">
      {data.logs.map(({ timestamp, message }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity and are never reordered
        <div key={at} className="line">
          {timestamp !== null && <time dateTime={timestamp}>{clock(timestamp)}</time>}
          <span>{message}</span>
        </div>
      ))}
    </div>
  );
}

function clock(timestamp: string): string {
  return instant(timestamp).toLocaleTimeString([], { hour12: false });
}
