// Copies Swagger UI beside the page that starts it: /docs must work without a network.
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"];

const source = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
for (const file of FILES) {
  copyFileSync(join(source, file), new URL(`../dist/docs/${file}`, import.meta.url));
}
