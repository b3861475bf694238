const KEY = 'token';
const listeners = new Set<() => void>();
let lastEnd: 'left' | 'ended' | null = null;

const tell = () => {
  for (const listener of listeners) {
    listener();
  }
};

/** The token of this browser, shared by all its tabs. */
export const tokens = {
  get: (): string | null => localStorage.getItem(KEY),
  set(token: string) {
    localStorage.setItem(KEY, token);
    lastEnd = null;
    tell();
  },
  /** "left": the person logged out. "ended": the platform no longer took the token. */
  clear(why: 'left' | 'ended') {
    if (localStorage.getItem(KEY) !== null) {
      localStorage.removeItem(KEY);
      lastEnd = why;
      tell();
    }
  },
  lastEnd: () => lastEnd,
  subscribe(listener: () => void) {
    const changedElsewhere = (event: StorageEvent) => event.key === KEY && listener();
    listeners.add(listener);
    window.addEventListener('storage', changedElsewhere);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', changedElsewhere);
    };
  },
};
