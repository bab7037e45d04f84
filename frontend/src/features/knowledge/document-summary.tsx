import type { Document } from "@/lib/api/types";
import { plural } from "@/lib/text";
import { isUnderWay } from "./document-cache";

export function DocumentSummary({ documents }: { documents: Document[] }) {
  const count = (test: (document: Document) => boolean) => documents.filter(test).length;
  const working = count(isUnderWay);
  const failed = count(({ status }) => status === "failed");
  const parts = [
    plural(documents.length, "document"),
    working > 0 && `${working} in preparation`,
    failed > 0 && `${failed} failed`,
  ];
  return (
    <p role="status" className="text-muted text-sm">
      {parts.filter(Boolean).join(" · ")}
    </p>
  );
}
