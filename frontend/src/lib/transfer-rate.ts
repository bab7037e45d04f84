/** How fast bytes go out, as measured on the way. */
export interface TransferRate {
  startedAt: number;
  bytes: number;
}

/** Before that a rate says more about the buffers on the way than about the line. */
const MEASURED_MS = 800;

export function beginTransfer(now = performance.now()): TransferRate {
  return { startedAt: now, bytes: 0 };
}

export function moved(rate: TransferRate, bytes: number): TransferRate {
  return { ...rate, bytes: rate.bytes + bytes };
}

/** Seconds until `left` bytes are sent at the measured rate; null while there is nothing to say. */
export function secondsFor(
  left: number,
  { startedAt, bytes }: TransferRate,
  now = performance.now(),
): number | null {
  const elapsed = now - startedAt;
  if (elapsed < MEASURED_MS || bytes <= 0) return null;
  return (left * elapsed) / bytes / 1000;
}
