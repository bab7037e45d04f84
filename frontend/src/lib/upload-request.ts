import { Problem, UNREACHABLE } from "@/lib/api/problem";
import type { Document, ProblemBody } from "@/lib/api/types";
import { currentToken, refreshSession } from "@/lib/session";

export interface Delivery {
  cloneId: string;
  file: File;
  /** The document that the file is a new version of; null for a new document. */
  replaces: string | null;
}

interface Sending {
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}

/** Sends one file and resolves to its document; renews the session once where it ran out. */
export async function deliver(delivery: Delivery, sending: Sending): Promise<Document> {
  try {
    return await send(delivery, sending);
  } catch (error) {
    const expired = error instanceof Problem && error.status === 401;
    if (!expired || !(await refreshSession())) throw error;
    return send(delivery, sending);
  }
}

/** A line that went silent does not say so by itself. */
const SILENT_MS = 60_000;

// XMLHttpRequest, because fetch does not tell how much of a body was sent.
function send(delivery: Delivery, { onSent, signal }: Sending): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener("abort", abort);
    request.open(...address(delivery));
    request.setRequestHeader("Authorization", `Bearer ${currentToken()}`);
    request.responseType = "json";
    const watch = watchdog(SILENT_MS, () => {
      reject(UNREACHABLE);
      request.abort();
    });
    request.upload.onprogress = ({ loaded }) => {
      watch.calm();
      onSent(Math.min(loaded, delivery.file.size));
    };
    request.onerror = () => reject(UNREACHABLE);
    request.onabort = () => reject(signal.reason);
    request.onload = () => {
      if (request.status < 300) resolve([request.response as Document].flat()[0] as Document);
      else reject(new Problem(request.status, (request.response ?? {}) as Partial<ProblemBody>));
    };
    request.onloadend = () => {
      watch.end();
      signal.removeEventListener("abort", abort);
    };
    const body = new FormData();
    body.append("files", delivery.file);
    request.send(body);
  });
}

/** Barks unless it is calmed time and again. */
function watchdog(patienceMs: number, bark: () => void) {
  let timer = setTimeout(bark, patienceMs);
  const end = () => clearTimeout(timer);
  const calm = () => {
    end();
    timer = setTimeout(bark, patienceMs);
  };
  return { calm, end };
}

function address({ cloneId, replaces }: Delivery): [method: string, url: string] {
  const documents = `/api/clones/${cloneId}/documents`;
  return replaces ? ["PUT", `${documents}/${replaces}/content`] : ["POST", `${documents}/upload`];
}
