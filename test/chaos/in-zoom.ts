import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import type { Fault, InZoom } from './step.js';

const LIMITED = {
  code: 429,
  message: 'You have reached the maximum per-second rate limit for this API. Try again later.',
};

/** What an administrator does in Zoom, and what hosts do. */
export function playInZoom(zoom: RehearsalZoom, step: InZoom): void {
  const { portal, faults, deliveries, settings } = zoom;
  switch (step.what) {
    case 'zoom-create':
      return void portal.create({ email: step.mail, status: step.pending ? 'pending' : 'active' });
    case 'zoom-accept':
      return void portal.acceptInvitation(step.mail);
    case 'zoom-deactivate':
      return void portal.deactivate(step.mail);
    case 'zoom-activate':
      return void portal.activate(step.mail);
    case 'zoom-delete':
      return void portal.delete(step.mail);
    case 'zoom-recreate':
      return void portal.deleteAndRecreate(step.mail);
    case 'zoom-rename':
      return void portal.changeEmail(step.mail, step.to);
    case 'zoom-by-hand':
      return void portal.changeHostKeyByHand(step.mail, step.digits);
    case 'zoom-repeats':
      return deliveries.length === 0
        ? undefined
        : zoom.redeliver(deliveries[step.which % deliveries.length]!);
    case 'meeting-begins':
      settings.keySetInMeeting = step.keySet;
      return faults.inMeeting(step.mail, true);
    case 'meeting-ends':
      return faults.inMeeting(step.mail, false);
  }
}

/** Everything that Zoom gets wrong. */
export function misbehave({ faults, settings, users }: RehearsalZoom, fault: Fault): void {
  switch (fault.fault) {
    case 'fail-next':
      return faults.failNext(fault.count, typeof fault.how === 'number' ? { status: fault.how } : fault.how);
    case 'fail-for': {
      const who = idOf(users, fault.about);
      faults.failFor(who, { status: 503 });
      setTimeout(() => faults.failFor(who, null), fault.forMs).unref();
      return;
    }
    case 'slow':
      return faults.slow(fault.ms, fault.count);
    case 'apply-then-drop':
      return faults.applyThenDrop(fault.count);
    case 'apply-late':
      return faults.applyLate(fault.count, fault.ms, fault.caller);
    case 'expire-token':
      return faults.expireToken();
    case 'fail-token':
      return faults.failNextToken(fault.count, { status: 500 });
    case 'limit-account':
      return faults.failNext(fault.count, { status: 429, body: LIMITED });
    case 'limit-user':
      return faults.perUser429(idOf(users, fault.about), fault.count);
    case 'refuse-weak-keys':
      settings.refuseWeakKeys = fault.on;
      return;
  }
}

/** Whatever their mail is by now. */
function idOf(users: RehearsalZoom['users'], number: number): string {
  const whose = new RegExp(`^person${number}[.@]`);
  return users.list().find(({ email }) => whose.test(email))?.id ?? 'nobody';
}
