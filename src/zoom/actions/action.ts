import { encodeSegment, type CallTerms, type ZoomClient } from '../client.js';
import { ZoomFailure } from '../failure.js';

/** One thing we ask of Zoom: one file, and one line in the list. */
export interface ZoomAction<Input, Result> {
  name: string;
  /** @throws ZoomFailure */
  run(client: ZoomClient, input: Input, terms: CallTerms): Promise<Result>;
}

/** A key on its way out: `reveal` is called by the two actions that send one, and at that moment only. */
export interface KeyToSend {
  /** Zoom's user id, or an e-mail. */
  zoomUser: string;
  hostKey: { reveal(): string };
}

/** The longest e-mail address there can be; Zoom's ids are far shorter. */
const MAX_LENGTH = 320;

/** In the place of a user these mean something else to Zoom; `me` is the owner of our app. */
const NOT_USERS = ['me', 'email', 'summary', 'vanity_name'];

/**
 * The path of a user. Ids come from outside, so they are not taken for what they would mean in a path.
 *
 * @throws ZoomFailure ZOOM_USER_NOT_FOUND, `sent: 'no'`, for what can be nobody's id or e-mail
 */
export function userPath(zoomUser: string): string[] {
  if (!canBeUser(zoomUser)) throw new ZoomFailure('ZOOM_USER_NOT_FOUND', { sent: 'no' });
  return ['users', zoomUser];
}

function canBeUser(text: string): boolean {
  if (text.length > MAX_LENGTH || /[\s\p{Cc}]/u.test(text) || NOT_USERS.includes(text.toLowerCase()))
    return false;
  try {
    return encodeSegment(text) !== '';
  } catch {
    return false;
  }
}
