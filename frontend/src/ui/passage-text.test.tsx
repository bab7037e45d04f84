import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { PassageText } from "./passage-text";

afterEach(cleanup);

const TEXT = "# 🕯️ Notes\n\n## Noise\n\nA *sharp* noise.\n\n- one\n";
const PASSAGE = "## Noise\n\nA *sharp* noise.";

function show(isMarkdown: boolean): HTMLElement {
  const start = [...TEXT.slice(0, TEXT.indexOf(PASSAGE))].length;
  const passage = { start, end: start + [...PASSAGE].length };
  return render(<PassageText text={TEXT} isMarkdown={isMarkdown} passage={passage} />).container;
}

function shown(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const markup of copy.querySelectorAll("[hidden]")) markup.remove();
  return copy.textContent ?? "";
}

test("a marked passage of Markdown is the stored one, and is read without its markup", () => {
  const page = show(true);
  expect(page.textContent).toBe(TEXT);
  expect(screen.getByTestId("passage").textContent).toBe(PASSAGE);
  expect(shown(screen.getByTestId("passage"))).toBe("Noise\n\nA sharp noise.");
});

test("what is not Markdown is shown as it is", () => {
  expect(shown(show(false))).toBe(TEXT);
});
