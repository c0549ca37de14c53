import { z } from 'zod';
import { Problem } from '../../http/problem.js';
import { idInput } from '../input.js';

export const jobInput = z.strictObject({ id: idInput });

export function unknownJob(id: string): Problem {
  return new Problem({ status: 404, code: 'JOB_UNKNOWN', detail: `there is no job ${id}` });
}
