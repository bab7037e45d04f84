import { create } from "zustand";
import { explain, Problem } from "@/lib/api/problem";
import type { Document } from "@/lib/api/types";
import type { FoundFile } from "@/lib/dropped-files";
import { useSession } from "@/lib/session";
import { beginTransfer, moved, type TransferRate } from "@/lib/transfer-rate";
import { type Delivery, deliver } from "@/lib/upload-request";

const AT_ONCE = 3;

export interface Upload extends Delivery {
  id: string;
  /** The name with the folders it was found in. */
  path: string;
  /** In bytes. */
  sent: number;
  state: "waiting" | "sending" | "failed" | "duplicate";
  error: string | null;
  /** Of a duplicate: the document that has this content already. */
  first: { id: string; title: string } | null;
  rate: TransferRate;
}

interface Uploads {
  uploads: Upload[];
  /** Of all that are under way together. */
  rate: TransferRate;
}

/** Files on their way to the server; an upload that arrived leaves the list. */
export const useUploads = create<Uploads>(() => ({ uploads: [], rate: beginTransfer() }));

// What was chosen is lost with the page, and no business of whoever signs in next.
addEventListener("beforeunload", (event) => {
  if (useUploads.getState().uploads.some(isOnItsWay)) event.preventDefault();
});
useSession.subscribe(({ status }) => {
  if (status === "guest") dropUploads(useUploads.getState().uploads.map(({ id }) => id));
});

type Arrived = (document: Document) => void;

const sendings = new Map<string, AbortController>();

interface Target {
  cloneId: string;
  replaces?: string;
  onArrived: Arrived;
}

export function addUploads(files: FoundFile[], { cloneId, replaces, onArrived }: Target): void {
  const uploads = files.map(
    ({ file, path }): Upload => ({
      ...{ id: crypto.randomUUID(), cloneId, file, path, replaces: replaces ?? null },
      ...FRESH,
      rate: beginTransfer(),
    }),
  );
  useUploads.setState((state) => ({ uploads: [...state.uploads, ...uploads] }));
  startWaiting(onArrived);
}

const FRESH = { state: "waiting", sent: 0, error: null, first: null } as const;

export function retryUploads(ids: string[], onArrived: Arrived): void {
  const again = new Set(ids);
  useUploads.setState(({ uploads }) => ({
    uploads: uploads.map((upload) => (again.has(upload.id) ? { ...upload, ...FRESH } : upload)),
  }));
  startWaiting(onArrived);
}

/** Takes uploads off the list, whatever became of them; those under way are broken off. */
export function dropUploads(ids: string[]): void {
  const gone = new Set(ids);
  useUploads.setState(({ uploads }) => ({ uploads: uploads.filter(({ id }) => !gone.has(id)) }));
  for (const id of ids) sendings.get(id)?.abort();
}

export function isOnItsWay({ state }: Upload): boolean {
  return state === "waiting" || state === "sending";
}

function change(id: string, changes: (upload: Upload) => Partial<Upload>): void {
  useUploads.setState(({ uploads }) => ({
    uploads: uploads.map((upload) =>
      upload.id === id ? { ...upload, ...changes(upload) } : upload,
    ),
  }));
}

function startWaiting(onArrived: Arrived): void {
  const { uploads } = useUploads.getState();
  const sending = uploads.filter(({ state }) => state === "sending").length;
  if (sending === 0) useUploads.setState({ rate: beginTransfer() });
  const waiting = uploads.filter(({ state }) => state === "waiting");
  for (const upload of waiting.slice(0, Math.max(AT_ONCE - sending, 0))) {
    change(upload.id, () => ({ state: "sending", rate: beginTransfer() }));
    void run(upload, onArrived).finally(() => startWaiting(onArrived));
  }
}

async function run(upload: Upload, onArrived: Arrived): Promise<void> {
  const abort = new AbortController();
  sendings.set(upload.id, abort);
  try {
    const onSent = (sent: number) => measure(upload.id, sent);
    onArrived(await deliver(upload, { onSent, signal: abort.signal }));
    useUploads.setState(({ rate }) => ({ rate: moved(rate, { files: 1 }) }));
    dropUploads([upload.id]);
  } catch (error) {
    change(upload.id, () => outcomeOf(error));
  } finally {
    sendings.delete(upload.id);
  }
}

function measure(id: string, sent: number): void {
  const before = useUploads.getState().uploads.find((upload) => upload.id === id)?.sent ?? 0;
  const more = { bytes: sent - before };
  change(id, ({ rate }) => ({ sent, rate: moved(rate, more) }));
  useUploads.setState(({ rate }) => ({ rate: moved(rate, more) }));
}

function outcomeOf(error: unknown): Partial<Upload> {
  if (error instanceof Problem && error.code === "duplicate_document") {
    const { document_id: id, document_title: title } = error.body;
    if (id && title) return { state: "duplicate", first: { id, title } };
  }
  return { state: "failed", error: explain(error) };
}
