import { expect, test } from "vitest";
import { SpeechPlayer } from "./speech-player";
import type { SpokenSentence } from "./speech-stream";

const RATE = 8000;

/** Keeps the clock still until a test moves it; plays nothing. */
class SilentContext {
  currentTime = 0;
  state: AudioContextState = "running";
  onstatechange: (() => void) | null = null;
  readonly destination = {};
  readonly sources: SilentSource[] = [];

  createBuffer(_channels: number, length: number, rate: number) {
    return { duration: length / rate, getChannelData: () => new Float32Array(length) };
  }

  createBufferSource() {
    const source = new SilentSource();
    this.sources.push(source);
    return source;
  }

  async suspend() {
    this.turn("suspended");
  }

  async resume() {
    this.turn("running");
  }

  get sounding() {
    return this.sources.filter(({ isOver }) => !isOver);
  }

  endFirst() {
    const [source] = this.sounding;
    this.currentTime = (source?.startedAt ?? 0) + (source?.buffer?.duration ?? 0);
    if (source) source.isOver = true;
    source?.onended?.();
  }

  private turn(state: AudioContextState) {
    this.state = state;
    this.onstatechange?.();
  }
}

class SilentSource {
  buffer: { duration: number } | null = null;
  onended: (() => void) | null = null;
  startedAt = Number.NaN;
  isOver = false;

  start(at: number) {
    this.startedAt = at;
  }

  stop() {
    this.isOver = true;
  }

  connect() {}
  disconnect() {}
}

function sentence(index: number, total: number, seconds = 1): SpokenSentence {
  const wav = String.fromCharCode(...new Uint8Array(44 + 2 * RATE * seconds));
  return { index, total, text: `Sentence ${index}`, audio_base64: btoa(wav), sample_rate: RATE };
}

function started(count: number) {
  const context = new SilentContext();
  const ends: string[] = [];
  const player = new SpeechPlayer(context as unknown as AudioContext, () => ends.push("end"));
  for (let index = 0; index < count; index++) void player.add(sentence(index, count));
  return { context, player, ends };
}

test("the first sentence sounds as soon as it is there, and the next begins at its end", () => {
  const { context, player } = started(3);
  expect(context.sounding.length).toBe(2);
  const [first, second] = context.sounding;
  expect(second?.startedAt).toBe((first?.startedAt ?? 0) + 1);
  expect(player.snapshot()).toEqual({ state: "playing", current: 0, total: 3 });
});

test("it goes on to the end, and says so once", () => {
  const { context, player, ends } = started(3);
  player.complete();
  for (const current of [1, 2]) {
    context.endFirst();
    expect(player.snapshot().current).toBe(current);
  }
  expect(ends).toEqual([]);
  context.endFirst();
  expect(ends).toEqual(["end"]);
});

test("it waits for a sentence that is late", () => {
  const { context, player } = started(1);
  context.endFirst();
  expect(player.snapshot().state).toBe("loading");
  context.currentTime = 9;
  void player.add(sentence(1, 2));
  expect(player.snapshot()).toEqual({ state: "playing", current: 1, total: 2 });
  expect(context.sounding[0]?.startedAt).toBeGreaterThan(9);
});

test("seeking silences what sounds and begins there; elsewhere than at a sentence it does nothing", () => {
  const { context, player } = started(3);
  player.seek(2);
  expect(context.sounding.length).toBe(1);
  expect(player.snapshot().current).toBe(2);
  player.seek(-1);
  player.seek(3);
  expect(player.snapshot().current).toBe(2);
});

test("a sentence that has not arrived yet is waited for", () => {
  const { context, player } = started(0);
  void player.add(sentence(0, 2));
  player.seek(1);
  expect(context.sounding).toEqual([]);
  expect(player.snapshot()).toEqual({ state: "loading", current: 1, total: 2 });
  void player.add(sentence(1, 2));
  expect(player.snapshot()).toEqual({ state: "playing", current: 1, total: 2 });
});

test("what was announced and never came is not counted", () => {
  const { context, player, ends } = started(0);
  void player.add(sentence(0, 5));
  player.complete();
  expect(player.snapshot()).toEqual({ state: "playing", current: 0, total: 1 });
  context.endFirst();
  expect(ends).toEqual(["end"]);
});

test("pausing keeps the place", () => {
  const { context, player } = started(2);
  player.toggle();
  expect(player.snapshot()).toMatchObject({ state: "paused", current: 0 });
  player.toggle();
  expect(player.snapshot().state).toBe("playing");
  expect(context.sounding.length).toBe(2);
});

test("stopping is at once", () => {
  const { context, player, ends } = started(3);
  player.stop();
  expect(context.sounding).toEqual([]);
  expect(ends).toEqual([]);
});

test("it takes no more than a few sentences before they are heard", async () => {
  const { context, player } = started(3);
  const taken: number[] = [];
  void player.add(sentence(3, 9)).then(() => taken.push(3));
  await Promise.resolve();
  expect(taken).toEqual([]);
  context.endFirst();
  await new Promise((resolve) => setTimeout(resolve));
  expect(taken).toEqual([3]);
});

test("progress counts the sentences, and the part of the one that sounds", () => {
  const { context, player } = started(4);
  expect(player.progress()).toBe(0);
  context.endFirst();
  context.currentTime += 0.5;
  expect(player.progress()).toBeCloseTo(1.5 / 4);
});
