import { createContext, lazy, type ReactNode, Suspense, useContext } from 'react';
import type { Files } from '../api/types';
import { Loading } from '../ui/notice';

/** An error to be painted on its line. */
export interface Mark {
  file: string;
  line: number;
  message: string;
}

export interface CodeSurfaceProps {
  files: Files;
  active: string;
  mark: Mark | null;
  onWrite: (name: string, text: string) => void;
  onDeploy: () => void;
}

export interface DiffSurfaceProps {
  name: string;
  before: string;
  after: string;
}

/** What shows code. Loaded on first use, because Monaco is most of the page's weight. */
export interface Surfaces {
  Code: (props: CodeSurfaceProps) => ReactNode;
  Diff: (props: DiffSurfaceProps) => ReactNode;
}

const MonacoCode = lazy(() => import('./monaco-code'));
const MonacoDiff = lazy(() => import('./monaco-diff'));

export const SurfacesContext = createContext<Surfaces>({
  Code: (props) => (
    <Suspense fallback={<Loading what="the editor" />}>
      <MonacoCode {...props} />
    </Suspense>
  ),
  Diff: (props) => (
    <Suspense fallback={<Loading what="the comparison" />}>
      <MonacoDiff {...props} />
    </Suspense>
  ),
});

export const useSurfaces = () => useContext(SurfacesContext);
