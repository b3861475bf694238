import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter } from 'react-router';
import { App, routes } from '../app';
import { type CodeSurfaceProps, type DiffSurfaceProps, SurfacesContext } from '../editor/surfaces';
import type { FakePlatform } from './fake-platform';

/** Monaco needs a real browser's layout; a text area shows and changes the same text. */
const surfaces = {
  Code: ({ files, active, mark, onWrite, onDeploy }: CodeSurfaceProps) => (
    <>
      <textarea
        aria-label={`Source of ${active}`}
        value={files[active]}
        onChange={(event) => onWrite(active, event.target.value)}
        onKeyDown={(event) => {
          if (event.ctrlKey && event.key === 'Enter') {
            event.preventDefault();
            onDeploy();
          }
        }}
      />
      <output aria-label="Painted line">
        {mark === null ? '' : `${mark.file}:${mark.line} ${mark.message}`}
      </output>
    </>
  ),
  Diff: ({ name, before, after }: DiffSurfaceProps) => (
    <section aria-label={`Changes of ${name}`}>{`${before} → ${after}`}</section>
  ),
};

/** Opens the page at an address, in front of this platform. */
export function openPage(platform: FakePlatform, address: string) {
  globalThis.fetch = platform.fetch as typeof fetch;
  const router = createMemoryRouter(routes, { initialEntries: [address] });
  const view = render(
    <SurfacesContext.Provider value={surfaces}>
      <App router={router} />
    </SurfacesContext.Provider>,
  );
  return {
    user: userEvent.setup(),
    address: () => router.state.location.pathname + router.state.location.search,
    close: view.unmount,
  };
}
