import type { InZoom, Step, Tell } from './stories-steps.js';

/** A story in the glossary's words, one line a step. */
export function inWords(steps: readonly Step[]): string {
  return ['', ...steps.map((step, index) => `  ${index + 1}. ${sentence(step)}${arrival(step)}`), ''].join(
    '\n',
  );
}

function sentence(step: Step): string {
  if (step.step === 'group')
    return `okta: ${step.who}'s record ${step.record} ${step.does}s the group whose members get keys`;
  if (step.step === 'rename') return `Zoom: the user with the mail ${step.mail}@ now has ${step.to}@`;
  return step.step === 'zoom' ? `Zoom: ${IN_ZOOM[step.does](`${step.mail}@`)}` : telling(step);
}

const IN_ZOOM: Record<InZoom['does'], (mail: string) => string> = {
  create: (mail) => `a user with the mail ${mail} is made`,
  invite: (mail) => `${mail} is invited, and pending`,
  accept: (mail) => `the pending user with the mail ${mail} accepts`,
  delete: (mail) => `the user with the mail ${mail} is deleted`,
  're-create': (mail) => `the user with the mail ${mail} is deleted, and another one made under it`,
  deactivate: (mail) => `the user with the mail ${mail} is deactivated`,
  activate: (mail) => `the user with the mail ${mail} is activated`,
  key: (mail) => `somebody sets the host key of the user with the mail ${mail} by hand`,
  show: (mail) => `shows the host key of the user with the mail ${mail}`,
};

function telling(tell: Tell): string {
  const { source, who, record, minute, sequence, says, mail, names, department } = tell;
  const what = [
    says && `is ${says}`,
    mail && `has the mail ${mail}@`,
    department && `is in ${department}`,
    names === 'nobody'
      ? 'names no immutable id'
      : names === 'both ids' && 'names the immutable ids of both sources',
  ].filter(Boolean);
  const when = `minute ${minute}${sequence ? `, sequence ${sequence}` : ''}`;
  return `${source}: ${who}'s record ${record} ${what.join(', ') || 'changed'} (${when})`;
}

function arrival({ delays, rest }: Step): string {
  const late = delays.some((delay) => delay > 0) || delays.length > 1;
  const when = delays.map((delay) => (delay ? `${delay} steps later` : 'at once')).join(' and ');
  return `${late ? `; the notice arrives ${when}` : ''}${rest ? '; the worker comes to rest' : ''}`;
}
