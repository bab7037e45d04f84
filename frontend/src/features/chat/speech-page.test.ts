import { expect, test } from "vitest";
import { findSentences } from "./speech-match";
import { readPage } from "./speech-page";

const REPLY = `
  <h3>The light</h3>
  <p>It was lit in <strong>19</strong>23<button>1</button>, and <em>well</em>.</p>
  <figure><figcaption>python</figcaption><pre>print(1)</pre></figure>
  <ul><li>oil</li><li>wicks</li></ul>`;

function textsOf(sentences: string[]): (string | undefined)[] {
  const prose = document.createElement("div");
  prose.innerHTML = REPLY;
  const { letters, rangeOf } = readPage(prose);
  return findSentences(letters, sentences).map((span) =>
    span?.start !== undefined ? rangeOf(span).toString() : undefined,
  );
}

test("a sentence has its place in the document, over the borders of elements", () => {
  expect(textsOf(["The light.", "It was lit in 1923, and well.", "oil.", "wicks."])).toEqual([
    "The light",
    "It was lit in 19231, and well",
    "oil",
    "wicks",
  ]);
});

test("code and the numbers of citations are no words of a reply", () => {
  const prose = document.createElement("div");
  prose.innerHTML = REPLY;
  expect(readPage(prose).letters).toBe("thelightitwaslitin1923andwelloilwicks");
});
