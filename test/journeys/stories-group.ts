import type { Stage } from './stories-stage.js';
import type { Step, Tell } from './stories-steps.js';

interface Grouped {
  stage: Pick<Stage, 'group'>;
  tag: string;
  members: Set<string>;
}

/** Somebody's record joins or leaves the group, in the service and in what is known of it, while other notices arrive. */
export async function regroup(step: Step, { stage, members, tag }: Grouped): Promise<void> {
  if (step.step !== 'group') return;
  const record = oktaRecord(step, tag);
  await stage.group?.(step.does, record);
  if (step.does === 'join') members.add(record);
  else members.delete(record);
}

/** As members have it, the id of a resource. */
export function oktaRecord({ who, record }: Pick<Tell, 'who' | 'record'>, tag: string): string {
  return `00000000-0000-7000-8000-${tag.slice(1).padStart(10, '0')}${who[0]}${record}`;
}
