import { expect, test } from "vitest";
import type { Clone } from "@/lib/api/types";
import { badgeOf } from "./clone-badge";

const label = (rag_status: Clone["rag_status"], documents: number, failed = 0, percent?: number) =>
  badgeOf({ rag_status, document_count: documents, failed_document_count: failed }, percent).label;

test("a badge says what matters most about a clone's memory", () => {
  expect(label("initializing", 3, 1, 62)).toBe("Preparing 62 %");
  expect(label("maintenance", 3, 0, 7)).toBe("Re-indexing 7 %");
  expect(label("ready", 5, 3)).toBe("3 documents failed");
  expect(label("error", 1, 1)).toBe("1 document failed");
  expect(label("ready", 0)).toBe("No documents yet");
  expect(label("disabled", 4)).toBe("Documents off");
  expect(label("ready", 4)).toBe("Ready");
});

test("no percentage is made up before one is known", () => {
  expect(label("initializing", 3)).toBe("Preparing");
});
