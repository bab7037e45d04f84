/** What the server can read, as an `accept` attribute. */
export const READABLE_FILES = ".txt,.md,.markdown,.html,.htm,.pdf,.docx";
