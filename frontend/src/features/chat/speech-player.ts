import type { SpokenSentence } from "./speech-stream";

/** What is heard now; a new object whenever something of it changes. */
export interface Hearing {
  state: "loading" | "playing" | "paused";
  current: number;
  total: number;
}

interface Sounding {
  index: number;
  source: AudioBufferSourceNode;
  startsAt: number;
  endsAt: number;
}

/** One is heard, and the next one begins exactly at its end. */
const SCHEDULED = 2;
/** So many wait to be heard: who stops early has not had the rest synthesized. */
const WAITING = 3;
/** Scheduling in the very past would cut off the first sound. */
const LEAD_S = 0.02;
const WAV_HEADER_BYTES = 44;
const LOUDEST = 32768;

/** Plays sentences one after the other without gaps, from the first on while others arrive. */
export class SpeechPlayer {
  private readonly sentences: SpokenSentence[] = [];
  private readonly listeners = new Set<() => void>();
  private sounding: Sounding[] = [];
  private next = 0;
  private isComplete = false;
  private hearing: Hearing = { state: "loading", current: 0, total: 0 };
  private readonly context: AudioContext;
  private readonly onEnd: () => void;

  constructor(context: AudioContext, onEnd: () => void) {
    this.context = context;
    this.onEnd = onEnd;
    context.onstatechange = this.tell;
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Hearing => this.hearing;

  /** Of the sentences that have arrived. */
  texts(): string[] {
    return this.sentences.map(({ text }) => text);
  }

  /** Resolves when there is room for one more. */
  async add(sentence: SpokenSentence): Promise<void> {
    this.sentences.push(sentence);
    this.fill();
    while (this.sentences.length - this.hearing.current > WAITING) await this.change();
  }

  /** No more sentences come, also where more were announced. */
  complete(): void {
    this.isComplete = true;
    this.fill();
  }

  /** From this sentence on, as soon as it has arrived. */
  seek(index: number): void {
    if (index < 0 || index >= this.hearing.total) return;
    this.silence();
    this.next = index;
    this.fill();
  }

  toggle(): void {
    void (this.context.state === "running" ? this.context.suspend() : this.context.resume());
  }

  stop(): void {
    this.silence();
    this.listeners.clear();
  }

  /** From 0 to 1, as far as one knows how much there is. */
  progress(): number {
    const { current, total } = this.hearing;
    const [now] = this.sounding;
    const length = now ? now.endsAt - now.startsAt : 1;
    const heard = now ? (this.context.currentTime - now.startsAt) / length : 0;
    return total ? (current + Math.min(Math.max(heard, 0), 1)) / total : 0;
  }

  private fill(): void {
    while (this.sounding.length < SCHEDULED) {
      const sentence = this.sentences[this.next];
      if (!sentence) break;
      this.schedule(sentence, this.next++);
    }
    this.tell();
    if (this.isComplete && this.sounding.length === 0) this.onEnd();
  }

  private schedule(sentence: SpokenSentence, index: number): void {
    const source = this.context.createBufferSource();
    source.buffer = bufferOf(sentence, this.context);
    source.connect(this.context.destination);
    const before = this.sounding.at(-1)?.endsAt ?? 0;
    const startsAt = Math.max(before, this.context.currentTime + LEAD_S);
    const sounding = { index, source, startsAt, endsAt: startsAt + source.buffer.duration };
    source.onended = () => {
      this.sounding = this.sounding.filter((other) => other !== sounding);
      this.fill();
    };
    source.start(startsAt);
    this.sounding.push(sounding);
  }

  private silence(): void {
    for (const { source } of this.sounding) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.sounding = [];
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.subscribe(() => {
        unsubscribe();
        resolve();
      });
    });
  }

  private readonly tell = (): void => {
    const now: Hearing = {
      state: this.state(),
      current: this.sounding[0]?.index ?? this.next,
      total: this.isComplete ? this.sentences.length : (this.sentences.at(-1)?.total ?? 0),
    };
    const { hearing } = this;
    if (now.state === hearing.state && now.current === hearing.current) {
      if (now.total === hearing.total) return;
    }
    this.hearing = now;
    for (const listener of [...this.listeners]) listener();
  };

  private state(): Hearing["state"] {
    if (this.sounding.length === 0) return "loading";
    return this.context.state === "running" ? "playing" : "paused";
  }
}

/** Made when it is about to be heard: as numbers of 32 bit a long reply would fill the memory. */
function bufferOf({ audio_base64, sample_rate }: SpokenSentence, context: AudioContext) {
  const samples = new Int16Array(bytesOf(audio_base64).buffer, WAV_HEADER_BYTES);
  const buffer = context.createBuffer(1, Math.max(samples.length, 1), sample_rate);
  const channel = buffer.getChannelData(0);
  for (let at = 0; at < samples.length; at++) channel[at] = (samples[at] ?? 0) / LOUDEST;
  return buffer;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
