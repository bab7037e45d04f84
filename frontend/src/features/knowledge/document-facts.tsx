import type { ReactNode } from "react";
import type { Document } from "@/lib/api/types";
import { isUnderWay } from "@/lib/document-stages";
import { fileSize, plural } from "@/lib/text";
import { dateTime } from "@/lib/time";
import { DocumentState } from "./document-state";

const ORIGINS = { file: "Uploaded", manual: "Pasted", url: "Added" };
/** As much of a hash as tells two versions apart. */
const HASH_SHOWN = 10;

/** Which version of a document this is, where it came from, and how it does. */
export function DocumentFacts({ document }: { document: Document }) {
  const { created_at, updated_at, checked_at, content_hash, page_count, status } = document;
  const source = document.canonical_url ?? document.url;
  return (
    <div className="flex flex-col gap-3">
      {status !== "completed" && <DocumentState document={document} />}
      {isUnderWay(document) && document.chunk_count > 0 && (
        <p className="rounded-md bg-warn-tint px-3 py-2 text-sm text-warn">
          A new version is being read. Until it is ready, these passages of the one before answer.
        </p>
      )}
      {status === "completed" && document.error_message && (
        <p className="rounded-md bg-warn-tint px-3 py-2 text-sm text-warn">
          {document.error_message}
        </p>
      )}
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Fact name="Passages">{plural(document.chunk_count, "passage")}</Fact>
        {page_count ? <Fact name="Pages">{plural(page_count, "page")}</Fact> : null}
        <Fact name="Size">{fileSize(document.size_bytes)}</Fact>
        <Fact name={ORIGINS[document.source_type]} isNamed>
          {dateTime(created_at)}
        </Fact>
        <Fact name={checked_at ? "Fetched" : "This version"} isNamed>
          {dateTime(checked_at ?? updated_at)}
        </Fact>
        <Fact name="Fingerprint" isNamed>
          <code className="font-mono text-xs" title={content_hash}>
            {content_hash.slice(0, HASH_SHOWN)}
          </code>
        </Fact>
        {source && (
          <Fact name="Page" isNamed>
            <a
              href={source}
              target="_blank"
              rel="noreferrer"
              className="break-all text-accent underline underline-offset-2"
            >
              {source}
            </a>
          </Fact>
        )}
      </dl>
    </div>
  );
}

interface FactProps {
  name: string;
  /** Whether the name is shown, because the value alone does not say what it is. */
  isNamed?: boolean;
  children: ReactNode;
}

function Fact({ name, isNamed = false, children }: FactProps) {
  return (
    <div className="flex gap-1.5">
      <dt className={isNamed ? "text-muted" : "sr-only"}>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
