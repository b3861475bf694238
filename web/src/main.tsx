import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { App, routes } from './app';
import './styles.css';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('index.html has no element with the id “root”.');
}
createRoot(root).render(
  <StrictMode>
    <App router={createBrowserRouter(routes)} />
  </StrictMode>,
);
