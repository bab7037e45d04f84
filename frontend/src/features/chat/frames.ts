const HIDDEN_FRAME_MS = 250;

/** Resolves at the next animation frame; a hidden tab has none, so there a clock serves. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve, HIDDEN_FRAME_MS);
    else requestAnimationFrame(() => resolve());
  });
}

/** Collects items and hands them on at most once per frame. */
export function inFrames<T>(commit: (batch: T[]) => void) {
  const batch: T[] = [];
  let pending: Promise<void> | null = null;

  async function flush() {
    await nextFrame();
    pending = null;
    commit(batch.splice(0));
  }

  function add(item: T): void {
    batch.push(item);
    pending ??= flush();
  }

  add.flushed = async () => pending;
  return add;
}
