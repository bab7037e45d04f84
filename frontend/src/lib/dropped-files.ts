/** A file with its way through the folders it was found in, as it is shown. */
export interface FoundFile {
  file: File;
  path: string;
}

export interface Found {
  files: FoundFile[];
  /** How many were left in their folders: pictures, sound, film, and what systems hide. */
  leftOut: number;
}

const WITHOUT_TEXT = /^(image|audio|video|font)\//;
const HIDDEN = /^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i;

/** What a drop brought. A file that was dropped itself is never left out: its refusal says why. */
export async function filesOf(items: Iterable<DataTransferItem>): Promise<Found> {
  // An item is readable only until the event is over.
  const dropped = [...items]
    .filter(({ kind }) => kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  const found: Found = { files: [], leftOut: 0 };
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, found);
    else if (file) found.files.push({ file, path: file.name });
  }
  return found;
}

/** What a picker brought; of a folder each file knows its way. */
export function filesPicked(files: Iterable<File>): Found {
  const found: Found = { files: [], leftOut: 0 };
  for (const file of files) {
    const path = file.webkitRelativePath;
    if (path && isLeftOut(file, path)) found.leftOut += 1;
    else found.files.push({ file, path: path || file.name });
  }
  return found;
}

async function walk(folder: FileSystemDirectoryEntry, found: Found): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (HIDDEN.test(entry.name)) found.leftOut += entry.isFile ? 1 : 0;
    else if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, found);
    else await take(entry as FileSystemFileEntry, found);
  }
}

async function take(entry: FileSystemFileEntry, found: Found): Promise<void> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  const path = entry.fullPath.replace(/^\//, "");
  if (isLeftOut(file, path)) found.leftOut += 1;
  else found.files.push({ file, path });
}

/** A reader gives some at a time, a hundred in Chromium, and nothing once it gave all. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all.sort((a, b) => a.name.localeCompare(b.name));
    all.push(...some);
  }
}

function isLeftOut(file: File, path: string): boolean {
  return WITHOUT_TEXT.test(file.type) || path.split("/").some((name) => HIDDEN.test(name));
}
