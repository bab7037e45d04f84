import { Problem } from "@/lib/api/problem";
import type { ProblemBody } from "@/lib/api/types";
import { serverEvents } from "@/lib/sse";
import { speechParts } from "./speech-parts";

/** One sentence as it is said, and its sound: WAV of 16 bit and one channel. */
export interface SpokenSentence {
  index: number;
  /** How many there are, as far as one knows yet. */
  total: number;
  text: string;
  audio_base64: string;
  sample_rate: number;
}

type SpeechEvent = SpokenSentence | { done: true };

/** The sentences of a text in order, while they are made; a slow reader is waited for. */
export async function* spokenSentences(
  cloneId: string,
  markdown: string,
  signal: AbortSignal,
): AsyncGenerator<SpokenSentence> {
  let before = 0;
  for (const part of speechParts(markdown)) {
    let inPart = 0;
    for await (const sentence of sentencesOf(speechRequest(cloneId, part, signal))) {
      inPart = sentence.total;
      yield { ...sentence, index: before + sentence.index, total: before + inPart };
    }
    before += inPart;
  }
}

function speechRequest(cloneId: string, text: string, signal: AbortSignal): Request {
  return new Request(new URL(`/api/chat/tts/${cloneId}/sentences`, location.origin), {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ text }),
  });
}

async function* sentencesOf(request: Request): AsyncGenerator<SpokenSentence> {
  for await (const { event, data } of serverEvents(request)) {
    if (event === "error") throw new Problem(503, JSON.parse(data) as Partial<ProblemBody>);
    const spoken = JSON.parse(data) as SpeechEvent;
    if ("done" in spoken) return;
    yield spoken;
  }
  throw new Error("The connection was lost before the end.");
}
