import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useApi } from '../api/api';
import { errorText } from '../api/errors';
import { usePress } from '../api/press';
import type { AppDetail, PlanName } from '../api/types';
import { refresh } from '../deploys/follow-deploy';
import { Notice } from '../ui/notice';

const PLANS: Record<PlanName, string> = {
  micro: 'Micro: a quarter of a core, 128 MiB',
  small: 'Small: one core, 128 MiB',
  medium: 'Medium: one core, 256 MiB',
  large: 'Large: two cores, 512 MiB',
};

interface Props {
  app: AppDetail;
  onChanged: () => void;
}

/** How much of a machine the app may take. */
export function Plan({ app, onChanged }: Props) {
  const api = useApi();
  const queries = useQueryClient();
  const press = usePress();
  const id = useId();
  const [wanted, setWanted] = useState(app.resources);
  const change = useMutation({
    mutationFn: (plan: PlanName) => api.update(app.app_id, { resources: plan }, press.idFor(plan)),
    retry: press.retry,
    onError: press.refused,
    onSuccess: () => {
      press.answered();
      refresh(queries, app.app_id);
      onChanged();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(wanted);
      }}
    >
      {change.isError && <Notice kind="bad">{errorText(change.error)}</Notice>}
      <div className="inline-form">
        <div className="field">
          <label htmlFor={id}>Plan</label>
          <select
            id={id}
            value={wanted}
            aria-describedby={`${id}-note`}
            onChange={(event) => setWanted(event.target.value as PlanName)}
          >
            {Object.entries(PLANS).map(([plan, says]) => (
              <option key={plan} value={plan}>
                {says}
              </option>
            ))}
          </select>
          <p id={`${id}-note`} className="hint">
            The most that the app may take. A change is a deploy: the same code starts anew, and the
            app answers all the time.
          </p>
        </div>
        <button type="submit" disabled={change.isPending || wanted === app.resources}>
          {change.isPending ? 'Changing…' : 'Change plan'}
        </button>
      </div>
    </form>
  );
}
