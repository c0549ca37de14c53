/** One JSON object a line: what was measured, and its yardstick's ratio where it has one. */
export function report(name: string, value: number, unit: string, more: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ name, value: round(value), unit, ...more })}\n`);
}

export function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

export function median(values: number[]): number {
  return percentile(values, 50);
}

export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}
