import type { Directory } from './member.js';

/** What a fault of Zoom's does to the calls that come next; `about` is the number of one of the cast. */
export type Fault =
  | { fault: 'fail-next'; count: number; how: 500 | 502 | 'reset' | 'silence' }
  | { fault: 'fail-for'; about: number; forMs: number }
  | { fault: 'slow'; count: number; ms: number }
  | { fault: 'apply-then-drop'; count: number }
  | { fault: 'apply-late'; count: number; ms: number; caller: 'drop' | 'hold' }
  | { fault: 'expire-token' }
  | { fault: 'fail-token'; count: number }
  | { fault: 'limit-account'; count: number }
  | { fault: 'limit-user'; about: number; count: number }
  | { fault: 'refuse-weak-keys'; on: boolean };

export type Telling =
  | { what: 'join' | 'leave' | 'return'; who: number; by: Directory; mail: string; twice: boolean }
  | { what: 'remove'; who: number; by: 'entra'; mail: string; twice: boolean }
  | { what: 'move'; who: number; by: Directory; department: string; twice: boolean }
  | { what: 'rename'; who: number; by: Directory; mail: string; twice: boolean };

export type InZoom =
  | { what: 'zoom-create'; mail: string; pending: boolean }
  | {
      what: 'zoom-accept' | 'zoom-deactivate' | 'zoom-activate' | 'zoom-delete' | 'zoom-recreate';
      mail: string;
    }
  | { what: 'zoom-rename'; mail: string; to: string }
  | { what: 'zoom-by-hand'; mail: string; digits: string }
  | { what: 'zoom-repeats'; which: number }
  | { what: 'meeting-begins'; mail: string; keySet: 'deferred' | 'lost' }
  | { what: 'meeting-ends'; mail: string };

export type Trouble =
  | { what: 'kill'; which: number; downMs: number }
  | { what: 'redis-empty' }
  | { what: 'redis-kill'; downMs: number }
  | { what: 'postgres-restart'; downMs: number }
  | { what: 'outage'; forMs: number }
  | ({ what: 'fault' } & Fault);

/** One thing that happens, `atMs` after the beginning. */
export type Step = { atMs: number } & (Telling | InZoom | Trouble);
