import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const platform = process.env.HEADRACE_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // Monaco's core is one chunk of its own and is loaded only by the editor page.
    chunkSizeWarningLimit: 4000,
  },
  server: { proxy: { '/api': platform } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    testTimeout: 30_000,
  },
});
