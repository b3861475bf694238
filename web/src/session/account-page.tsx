import type { ReactNode } from 'react';
import { Logo } from '../ui/logo';

export function AccountPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="account">
      <div className="account-card">
        <p className="brand">
          <Logo /> Headrace
        </p>
        <h1>{title}</h1>
        {children}
      </div>
      <p className="tagline">Write a Python web app, press Deploy, open its URL.</p>
    </main>
  );
}
