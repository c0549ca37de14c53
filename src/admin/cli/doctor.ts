import type { Command } from 'commander';
import { diagnose } from '../doctor.js';
import type { Cli } from './context.js';

export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('look whether config, database, queue, Zoom and the clocks are well')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await diagnose(cli.run.doctor);
      const rows = findings.map(({ check, state, code, detail }) => [
        check,
        state,
        code,
        detail.replace(/\s*\n\s*/g, ' '),
      ]);
      cli.print(json, { findings }, () => cli.style.table(['check', 'state', 'code', 'detail'], rows));
      if (findings.some(({ state }) => state === 'failed')) cli.exitWith(1);
    });
}
