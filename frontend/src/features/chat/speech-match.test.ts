import { expect, test } from "vitest";
import { findSentences, lettersOf } from "./speech-match";

function found(page: string, sentences: string[]): (string | null)[] {
  const letters = lettersOf(page);
  const spans = findSentences(letters, sentences);
  return spans.map((span) => span && letters.slice(span.start, span.end));
}

test("marks, spaces and big letters make no difference", () => {
  expect(lettersOf("**The** “Light”, 1923—\nétait là.")).toBe("thelight1923étaitlà");
});

test("sentences are found one after the other, also where one comes twice", () => {
  const spans = findSentences(lettersOf("Yes. No. Yes."), ["Yes.", "No.", "Yes."]);
  expect(spans).toEqual([
    { start: 0, end: 3 },
    { start: 3, end: 5 },
    { start: 5, end: 8 },
  ]);
});

test("what is shown and not said may stand between two sentences", () => {
  expect(
    found("Go to https://a.example/b. Then rest a while.", ["Go to.", "Then rest a while."]),
  ).toEqual(["goto", "thenrestawhile"]);
});

test("a sentence with something unsaid in its middle reaches over it", () => {
  const page = "The book is at https://a.example/book and it may be read there. Nothing else.";
  const said = ["The book is at and it may be read there.", "Nothing else."];
  expect(found(page, said)).toEqual([
    "thebookisathttpsaexamplebookanditmaybereadthere",
    "nothingelse",
  ]);
});

test("a sentence with something unsaid after its first word is marked as well", () => {
  const page = "It is lit. See https://a.example/book for the hours of the lamp. Nothing else.";
  const said = ["It is lit.", "See for the hours of the lamp.", "Nothing else."];
  expect(found(page, said)).toEqual([
    "itislit",
    "seehttpsaexamplebookforthehoursofthelamp",
    "nothingelse",
  ]);
});

test("one that is not there is passed over, and the next is found all the same", () => {
  expect(
    found("One thing. Another thing.", ["One thing.", "A picture.", "Another thing."]),
  ).toEqual(["onething", null, "anotherthing"]);
});

test("what cannot be a sentence is nowhere", () => {
  expect(findSentences("abc", ["…", ""])).toEqual([null, null]);
});

test("Chinese is found without spaces", () => {
  expect(found("港は**閉鎖**された。再び開いた。", ["港は閉鎖された。", "再び開いた。"])).toEqual([
    "港は閉鎖された",
    "再び開いた",
  ]);
});
