import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';

// A deadline, not a wait: conditions are looked at all the time.
configure({ asyncUtilTimeout: 10_000 });

// jsdom knows the element but not how to open it.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};

const realFetch = globalThis.fetch;

beforeEach(() => {
  localStorage.clear();
});

afterEach(() => {
  cleanup();
  globalThis.fetch = realFetch;
});
