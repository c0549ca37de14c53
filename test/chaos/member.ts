/** One directory of the two that speak SCIM. */
export type Directory = 'okta' | 'entra';
export const DIRECTORIES = ['okta', 'entra'] as const satisfies readonly Directory[];

/** What a source last said of somebody, or is about to say. */
export type Said = 'nothing' | 'active' | 'gone';

/** One of the cast, as the story stands: what everybody was told about them, in the order of telling. */
export interface Member {
  number: number;
  mail: string;
  department: string;
  okta: Said;
  entra: Said;
  /** What Zoom's webhook said; a user who was there first is not spoken of. */
  zoomSaid: Said;
  inZoom: 'absent' | 'pending' | 'active' | 'inactive';
  inMeeting: boolean;
  /** Keys set by hand: a third within a day would be contested. */
  byHand: number;
  /** Reasons there were to draw a key, at most. */
  causes: number;
}

export function createMember(number: number): Member {
  const isThereFirst = number % 3 !== 0;
  return {
    number,
    mail: mailOf(number, 0),
    department: 'Field',
    okta: 'nothing',
    entra: 'nothing',
    zoomSaid: 'nothing',
    inZoom: isThereFirst ? 'active' : 'absent',
    inMeeting: false,
    byHand: 0,
    causes: 0,
  };
}

export function mailOf(number: number, renamed: number): string {
  return `person${number}${renamed === 0 ? '' : `.name${renamed}`}@hosts.example`;
}

/** Whether somebody should have a key once all is said: somebody says active, and nobody gone. */
export function isWanted({ okta, entra, zoomSaid }: Member): boolean {
  const said = [okta, entra, zoomSaid];
  return said.includes('active') && !said.includes('gone');
}
