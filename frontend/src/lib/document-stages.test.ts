import { expect, test } from "vitest";
import type { Document } from "@/lib/api/types";
import { followed, withNew } from "./document-cache";
import { countByStage, longestLeft } from "./document-stages";

const doc = (id: string, changes: Partial<Document> = {}): Document =>
  ({ id, status: "processing", stage: "parsing", ...changes }) as Document;

const changes = (...list: Document[]) => new Map(list.map((one) => [one.id, one]));

test("documents are counted at the stage where they are", () => {
  const counts = countByStage([doc("1"), doc("2"), doc("3", { stage: "embedding" })]);
  expect(counts).toEqual({
    ...{ queued: 0, parsing: 2, chunking: 0 },
    ...{ embedding: 1, indexing: 0, done: 0 },
  });
});

test("a time left is told only where it is known of each", () => {
  expect(longestLeft([doc("1", { seconds_left: 3 }), doc("2", { seconds_left: 12 })])).toBe(12);
  expect(longestLeft([doc("1", { seconds_left: 3 }), doc("2", { seconds_left: null })])).toBeNull();
  expect(longestLeft([])).toBeNull();
});

test("what finished or went is not under way any more", () => {
  const before = { "1": doc("1"), "2": doc("2"), "3": doc("3") };
  const heard = new Map([
    ["1", doc("1", { status: "failed" })],
    ["2", null],
    ["4", doc("4")],
  ]);
  expect(Object.keys(followed(before, heard))).toEqual(["3", "4"]);
});

test("a new document comes first, one of a later page does not come at all", () => {
  const page = { rows: [doc("5"), doc("4")], total: 9 };
  const heard = changes(doc("7"), doc("6"), doc("4", { status: "completed" }), doc("1"));
  const { rows, total } = withNew(page, heard);
  expect(rows.map(({ id }) => id)).toEqual(["7", "6", "5", "4"]);
  expect(rows[3]?.status).toBe("completed");
  expect(total).toBe(11);
});
