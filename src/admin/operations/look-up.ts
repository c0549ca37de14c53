import { z } from 'zod';
import { Problem } from '../../http/problem.js';
import { lookUp, type LookUp, type ShownKeys } from '../../jobs/look-up.js';
import { normalise } from '../../lifecycle/event.js';
import { addAudit } from '../../records/audit.js';
import { findPerson } from '../../records/find-person.js';
import { parseInput } from '../input.js';
import type { OperationsParts } from './parts.js';

const lookUpInput = z
  .strictObject({
    email: z
      .string({ error: 'must be a text' })
      .trim()
      .regex(/^[^\p{Cc}\p{Cs}@]+@[^\p{Cc}\p{Cs}@]+$/u, 'must be a mail address')
      .max(320, 'must be at most 320 characters')
      .optional(),
    zoomUserId: z
      .string({ error: 'must be a text' })
      .trim()
      .regex(/^[^\p{Cc}\p{Cs}@\s]{1,128}$/u, 'must be a Zoom user id')
      .optional(),
  })
  .refine(({ email, zoomUserId }) => (email === undefined) !== (zoomUserId === undefined), {
    error: 'must hold either email or zoomUserId',
  });

/** A host key, in digits. Whoever holds one of these shows it to the person who asked, and keeps it nowhere. */
export interface RevealedKey {
  email: string | null;
  zoomUserId: string;
  hostKey: string;
  /** A change is in flight: one of `others` may be the one in force. */
  settling: boolean;
  /** Of a meeting that was running when the key was replaced. */
  previous: string | null;
  others: string[];
}

const REFUSALS: Record<Extract<LookUp, { outcome: 'refused' }>['code'], { status: number; detail: string }> =
  {
    PERSON_UNKNOWN: { status: 404, detail: 'no source has told us of such a person' },
    NOT_HELD: { status: 404, detail: 'we hold no host key for this person; people show tells why' },
    NOT_ENTITLED: {
      status: 404,
      detail: 'this person is in none of the groups whose members get host keys; the directory says who is',
    },
    LEFT: { status: 410, detail: 'this person has left: their host key is destroyed, or about to be' },
    KEY_CONTESTED: {
      status: 409,
      detail: 'somebody else keeps changing this host key; find out who, then people rotate',
    },
    KEY_UNREADABLE: {
      status: 409,
      detail: 'no key of ENCRYPTION_KEYS opens this host key; bring the lost one back, or people rotate',
    },
    WAITING_FOR_ZOOM: {
      status: 409,
      detail: 'the host key is not set in Zoom yet; jobs list tells how far it is',
    },
  };

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'keys'>;

/** Looks a host key up. The audit is written first: a key is shown only when it is kept that it was. */
export function createLookUp({ pool, prisma, keys }: Parts) {
  return async (by: string, given: unknown): Promise<RevealedKey> => {
    const { email, zoomUserId } = parseInput(lookUpInput, given);
    const whose = email === undefined ? { zoomUserId: zoomUserId! } : { mail: normalise(email) };
    const found = await lookUp(whose, { pool, keys });
    await addAudit(prisma, {
      actor: by,
      action: 'host-key.look-up',
      ...(found.personId && { personId: found.personId }),
      subject: email === undefined ? zoomUserId! : normalise(email),
      detail:
        found.outcome === 'key' ? { outcome: 'shown', settling: found.settling } : { outcome: found.code },
    });
    if (found.outcome === 'refused') throw new Problem({ ...REFUSALS[found.code], code: found.code });
    const mail = 'mail' in whose ? whose.mail : ((await findPerson(prisma, found.personId))?.mail ?? null);
    return reveal(found, mail);
  };
}

function reveal(
  { zoomUserId, hostKey, settling, others, previous }: ShownKeys,
  email: string | null,
): RevealedKey {
  return {
    email,
    zoomUserId,
    hostKey: hostKey.reveal(),
    settling,
    previous: previous?.reveal() ?? null,
    others: others.map((key) => key.reveal()),
  };
}
