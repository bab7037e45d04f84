/** How fast files go out, as measured on the way. */
export interface TransferRate {
  startedAt: number;
  bytes: number;
  files: number;
}

/** What is still to go, or went. */
export type Load = Pick<TransferRate, "bytes" | "files">;

/** Before that a rate says more about the buffers on the way than about the line. */
const MEASURED_MS = 800;

export function beginTransfer(now = performance.now()): TransferRate {
  return { startedAt: now, bytes: 0, files: 0 };
}

export function moved(rate: TransferRate, { bytes = 0, files = 0 }: Partial<Load>): TransferRate {
  return { ...rate, bytes: rate.bytes + bytes, files: rate.files + files };
}

/**
 * Seconds until all is sent at the measured rates; null while there is nothing to say.
 * Each file takes its time however small it is, so that the slower of the two counts.
 */
export function secondsFor(
  left: Load,
  { startedAt, bytes, files }: TransferRate,
  now = performance.now(),
): number | null {
  const elapsed = now - startedAt;
  if (elapsed < MEASURED_MS || bytes <= 0) return null;
  const byFiles = files > 0 ? left.files / files : 0;
  return (Math.max(left.bytes / bytes, byFiles) * elapsed) / 1000;
}
