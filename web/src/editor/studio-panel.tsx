import type { ComponentProps } from 'react';
import type { AppDetail } from '../api/types';
import { History } from '../deploys/history';
import { DeployTab } from './deploy-tab';
import { Logs } from './logs';
import { Panel, type Tab } from './panel';
import { Settings } from './settings';

interface Props extends ComponentProps<typeof DeployTab> {
  app: AppDetail | null;
  active: string;
  onSelect: (tab: string) => void;
  onDeleted: () => void;
}

/** What there is about the app below its code; all but the deploy needs an app that exists. */
export function StudioPanel({ active, onSelect, onDeleted, ...deploy }: Props) {
  const { app } = deploy;
  const tabs: Tab[] = [{ id: 'deploy', label: 'Deploy', content: () => <DeployTab {...deploy} /> }];
  if (app !== null) {
    tabs.push(
      {
        id: 'history',
        label: 'History',
        content: () => <History appId={app.app_id} onRolledBack={() => onSelect('deploy')} />,
      },
      { id: 'logs', label: 'Logs', content: () => <Logs appId={app.app_id} /> },
      {
        id: 'settings',
        label: 'Settings',
        content: () => (
          <Settings app={app} onChanged={() => onSelect('deploy')} onDeleted={onDeleted} />
        ),
      },
    );
  }
  return <Panel tabs={tabs} active={active} onSelect={onSelect} />;
}
