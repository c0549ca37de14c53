export type Release = () => Promise<void>;
export function tryHold(path: string): Promise<Release | undefined>;
export function hold(path: string, onWait?: () => void): Promise<Release>;
