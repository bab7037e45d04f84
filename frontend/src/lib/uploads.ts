import { create } from "zustand";
import { explain, Problem, UNREACHABLE } from "@/lib/api/problem";
import type { Document, ProblemBody } from "@/lib/api/types";
import { currentToken, refreshSession } from "@/lib/session";

const AT_ONCE = 3;

export interface Upload {
  id: string;
  cloneId: string;
  file: File;
  /** 0 to 100 of the bytes sent. */
  percent: number;
  state: "waiting" | "sending" | "failed";
  error: string | null;
}

/** Files on their way to the server; an upload that arrived leaves the list. */
export const useUploads = create<{ uploads: Upload[] }>(() => ({ uploads: [] }));

type Arrived = (cloneId: string, documents: Document[]) => void;

export function addUploads(cloneId: string, files: File[], onArrived: Arrived): void {
  const uploads = files.map(
    (file): Upload => ({
      id: crypto.randomUUID(),
      cloneId,
      file,
      percent: 0,
      state: "waiting",
      error: null,
    }),
  );
  useUploads.setState((state) => ({ uploads: [...state.uploads, ...uploads] }));
  startWaiting(onArrived);
}

export function retryUpload(id: string, onArrived: Arrived): void {
  change(id, { state: "waiting", percent: 0, error: null });
  startWaiting(onArrived);
}

export function dropUpload(id: string): void {
  useUploads.setState(({ uploads }) => ({ uploads: uploads.filter((upload) => upload.id !== id) }));
}

function change(id: string, changes: Partial<Upload>): void {
  useUploads.setState(({ uploads }) => ({
    uploads: uploads.map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)),
  }));
}

function startWaiting(onArrived: Arrived): void {
  const { uploads } = useUploads.getState();
  const free = AT_ONCE - uploads.filter(({ state }) => state === "sending").length;
  const next = uploads.filter(({ state }) => state === "waiting").slice(0, Math.max(free, 0));
  for (const upload of next) {
    change(upload.id, { state: "sending" });
    void run(upload, onArrived).finally(() => startWaiting(onArrived));
  }
}

async function run(upload: Upload, onArrived: Arrived): Promise<void> {
  try {
    const documents = await send(upload).catch(async (error: unknown) => {
      const expired = error instanceof Problem && error.status === 401;
      if (expired && (await refreshSession())) return send(upload);
      throw error;
    });
    onArrived(upload.cloneId, documents);
    dropUpload(upload.id);
  } catch (error) {
    change(upload.id, { state: "failed", error: explain(error) });
  }
}

// XMLHttpRequest, because fetch does not tell how much of a body was sent.
function send({ id, cloneId, file }: Upload): Promise<Document[]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/clones/${cloneId}/documents/upload`);
    request.setRequestHeader("Authorization", `Bearer ${currentToken()}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) =>
      change(id, { percent: Math.round((100 * loaded) / total) });
    request.onerror = () => reject(UNREACHABLE);
    request.onload = () => {
      if (request.status < 300) resolve(request.response as Document[]);
      else reject(new Problem(request.status, (request.response ?? {}) as Partial<ProblemBody>));
    };
    const body = new FormData();
    body.append("files", file);
    request.send(body);
  });
}
