import { expect, test } from "vitest";
import { filesOf, filesPicked } from "./dropped-files";

type Tree = { [name: string]: Tree | File };
const CHUNK = 2;

const file = (name: string, type = "text/plain") => new File(["x"], name, { type });

function entry(name: string, node: Tree | File, parent = ""): FileSystemEntry {
  const fullPath = `${parent}/${name}`;
  if (node instanceof File) {
    const give = (resolve: (found: File) => void) => resolve(node);
    return { name, fullPath, isFile: true, isDirectory: false, file: give } as never;
  }
  const children = Object.entries(node).map(([child, below]) => entry(child, below, fullPath));
  const createReader = () => ({
    // As browsers do, in portions.
    readEntries: (resolve: (found: FileSystemEntry[]) => void) =>
      resolve(children.splice(0, CHUNK)),
  });
  return { name, fullPath, isFile: false, isDirectory: true, createReader } as never;
}

const item = (name: string, node: Tree | File): DataTransferItem =>
  ({
    kind: "file",
    webkitGetAsEntry: () => entry(name, node),
    getAsFile: () => (node instanceof File ? node : null),
  }) as never;

const paths = async (items: DataTransferItem[]) => {
  const { files, leftOut } = await filesOf(items);
  return [files.map(({ path }) => path), leftOut];
};

test("folders are read to their depths and beyond the first portion", async () => {
  const many = Object.fromEntries(["a", "b", "c", "d", "e"].map((n) => [n, file(n)]));
  const folder = { ...many, deep: { deeper: { "f.txt": file("f.txt") } } };
  expect(await paths([item("notes", folder)])).toEqual([
    [...["a", "b", "c", "d"].map((n) => `notes/${n}`), "notes/deep/deeper/f.txt", "notes/e"],
    0,
  ]);
});

test("a folder's pictures and hidden files stay in it, and are counted", async () => {
  const folder = {
    ".DS_Store": file(".DS_Store"),
    ".git": { config: file("config") },
    "~$draft.docx": file("~$draft.docx"),
    "tower.png": file("tower.png", "image/png"),
    "tower.md": file("tower.md"),
  };
  expect(await paths([item("notes", folder)])).toEqual([["notes/tower.md"], 3]);
});

test("what was dropped itself is sent whatever it is, so that its refusal says why", async () => {
  expect(await paths([item("tower.png", file("tower.png", "image/png"))])).toEqual([
    ["tower.png"],
    0,
  ]);
});

test("text dragged from a page is no file", async () => {
  expect(await paths([{ kind: "string", getAsFile: () => null } as never])).toEqual([[], 0]);
});

test("a picked folder is sifted like a dropped one, picked files are not", () => {
  const inFolder = (path: string, type?: string) =>
    Object.defineProperty(file(path, type), "webkitRelativePath", { value: path });
  const picked = [inFolder("n/a.txt"), inFolder("n/.x/a"), inFolder("n/a.png", "image/png")];
  expect(filesPicked(picked)).toMatchObject({ files: [{ path: "n/a.txt" }], leftOut: 2 });
  expect(filesPicked([file("a.png", "image/png")])).toMatchObject({
    files: [{ path: "a.png" }],
    leftOut: 0,
  });
});
