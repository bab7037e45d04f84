/** The media type of documents with headings, lists and emphasis. */
export const MARKDOWN = "text/markdown";

/** What the server can read, as an `accept` attribute. */
export const READABLE_FILES = ".txt,.md,.markdown,.html,.htm,.pdf,.docx";
