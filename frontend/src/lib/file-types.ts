import type { Document } from "@/lib/api/types";

const PLAIN = new Set(["text/plain", "application/pdf", "application/xml"]);

/** Whether the text of a document is Markdown: the server reads most kinds into that. */
export function readsAsMarkdown({ mime_type }: Pick<Document, "mime_type">): boolean {
  return !PLAIN.has(mime_type);
}

const ENDINGS = [
  ...["txt", "log", "md", "markdown", "html", "htm", "xhtml", "csv", "tsv", "json", "xml"],
  ...["pdf", "docx", "docm", "pptx", "pptm", "ppsx", "xlsx", "xlsm", "odt", "rtf", "epub", "eml"],
];

/** What the server can read, as an `accept` attribute; it goes by the content, not by the name. */
export const READABLE_FILES = ENDINGS.map((ending) => `.${ending}`).join(",");

export const READABLE_FORMATS =
  "PDF, Word, PowerPoint, Excel, OpenDocument text, RTF, EPUB, e-mail, web page, Markdown, CSV, JSON, XML or plain text";
