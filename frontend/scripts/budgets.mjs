// Fails when a route ships more than frontend.md allows; sizes are gzip, from Vite's manifest.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const ENTRY_KB = 125;
const CSS_KB = 14;
const CHAT_KB = 185;
const OTHER_KB = 60;

const SHELL = "src/app/shell.tsx";
/** What the router loads for each address, beside the entry. */
const ROUTES = {
  "/login, /register": ["src/app/auth-pages.tsx"],
  "/": [SHELL, "src/app/pages/gallery.tsx"],
  "/chat": [SHELL, "src/app/pages/chat.tsx"],
  "/clones/new": [SHELL, "src/app/pages/new-clone.tsx"],
  "/clones/$cloneId/knowledge": [SHELL, "src/app/pages/knowledge.tsx"],
  "/clones/$cloneId/memory": [SHELL, "src/app/pages/memory.tsx"],
  "/clones/$cloneId/settings": [SHELL, "src/app/pages/settings.tsx"],
  "/account": [SHELL, "src/features/account/account-screen.tsx"],
  "/providers": [SHELL, "src/features/providers/providers-screen.tsx"],
};

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));

function withImports(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the manifest: update the routes in this script.`);
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const imported of chunk.imports ?? []) withImports(imported, seen);
  return seen;
}

const kilobytes = (file) => gzipSync(readFileSync(new URL(file, DIST))).length / 1000;
const total = (files) => [...files].reduce((sum, file) => sum + kilobytes(file), 0);
const scripts = (...keys) =>
  new Set(keys.flatMap((key) => [...withImports(key)]).map((key) => manifest[key].file));
const styles = () => new Set(Object.values(manifest).flatMap((chunk) => chunk.css ?? []));

const entry = total(scripts("index.html"));
const rows = [
  ["entry", entry, ENTRY_KB],
  ["all CSS", total(styles()), CSS_KB],
  ...Object.entries(ROUTES).map(([route, keys]) => [
    route,
    total(scripts("index.html", ...keys)),
    route === "/chat" ? CHAT_KB : entry + OTHER_KB,
  ]),
];

for (const [name, size, limit] of rows) {
  const verdict = size > limit ? "TOO LARGE" : "ok";
  console.log(
    `${name.padEnd(28)} ${size.toFixed(1).padStart(6)} KB of ${limit.toFixed(0).padStart(3)}  ${verdict}`,
  );
}
if (rows.some(([, size, limit]) => size > limit)) process.exit(1);
