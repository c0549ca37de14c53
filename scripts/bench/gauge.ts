import { readdir, readFile } from 'node:fs/promises';

export interface Reading {
  /** Since the gauge was begun. */
  minute: number;
  rssMb: number;
  handles: number;
}

/** Resident memory and open file descriptors of one process; reads /proc, so on Linux only. */
export async function read(pid: number): Promise<Omit<Reading, 'minute'>> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kb = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  return { rssMb: kb / 1024, handles: (await readdir(`/proc/${pid}/fd`)).length };
}

/** In Linux's ticks of 10 ms. */
const TICK_MS = 10;

/** Processor time that a process has used so far: on a busy machine the only measure of what work costs. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Reads once a second until it is stopped. */
export function createGauge(pid: number) {
  const readings: Reading[] = [];
  let begunAt = performance.now();
  const timer = setInterval(() => {
    void read(pid).then(
      (reading) => readings.push({ minute: (performance.now() - begunAt) / 60_000, ...reading }),
      () => undefined,
    );
  }, 1_000);
  return {
    readings,
    /** The readings so far, and none of them again. */
    take: () => readings.splice(0),
    restart() {
      readings.length = 0;
      begunAt = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}

/** Least squares: by how much `value` rises in a minute. */
export function slope(readings: Reading[], value: (reading: Reading) => number): number {
  const meanX = mean(readings.map(({ minute }) => minute));
  const meanY = mean(readings.map(value));
  const both = readings.map((one) => (one.minute - meanX) * (value(one) - meanY));
  const across = readings.map((one) => (one.minute - meanX) ** 2);
  return mean(both) / mean(across);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
