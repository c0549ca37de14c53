import { Problem } from '../../http/problem.js';
import { StoreUnavailable, toStoreError } from '../../records/database.js';
import { invalidInput } from '../input.js';
import { type Style, toText } from './style.js';

export interface Failure {
  text: string;
  isUsage: boolean;
}

/** An error as an operator reads it: its code, and what is wrong. docs/errors.md knows every code. */
export function describeFailure(error: unknown, style: Style): Failure {
  const { code, detail } = tell(toStoreError(error));
  const lines = detail.split('\n').map(toText).join('\n');
  const hint = style.dim('docs/errors.md says more about this code');
  return { text: `${style.red(`error ${code}`)}: ${lines}\n${hint}`, isUsage: code === 'INPUT_INVALID' };
}

/** @param what the option or argument that named the file */
export function unreadable(what: string, error: unknown): Problem {
  const { code } = Object(error) as { code?: unknown };
  return invalidInput(`${what}: cannot be read (${String(code ?? 'unknown')})`);
}

function tell(error: unknown): { code: string; detail: string } {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return {
      code: error.code,
      detail: `${error.message}: ${causeOf(error)}; is it running, and reachable from here?`,
    };
  }
  if (!(error instanceof Error))
    return { code: 'UNEXPECTED', detail: 'something that is not an error was thrown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED';
  return { code, detail: error.message.trim() || error.name };
}

/** Prisma puts a picture of our code before what it has to say. */
function causeOf({ cause }: Error): string {
  const lines = cause instanceof Error ? cause.message.trim().split('\n') : [];
  return lines.at(-1) || 'no connection';
}
