import type { Document } from "@/lib/api/types";
import { download } from "@/lib/download";
import { notifyError } from "@/ui/toast";

/** Downloads a document as it was uploaded or fetched. */
export async function saveOriginal({ clone_id, id, title }: Document): Promise<void> {
  try {
    await download(`/api/clones/${clone_id}/documents/${id}/file`, title);
  } catch (error) {
    void notifyError("It could not be downloaded", error);
  }
}
