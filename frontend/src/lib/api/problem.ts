import type { ProblemBody } from "@/lib/api/types";

/** An error answer of the API (RFC 9457), or a request that never got one. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  readonly body: Partial<ProblemBody>;

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? body.title ?? "The server did not say what went wrong.");
    this.status = status;
    this.code = body.code ?? "unknown";
    this.retryable = body.retryable ?? status >= 500;
    this.body = body;
  }

  /** Asking again would not change the answer. */
  get isRefusal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }

  /** Messages by field name, of a 422. */
  get fields(): Record<string, string> {
    const errors = this.body.errors ?? [];
    return Object.fromEntries(errors.map(({ loc, msg }) => [String(loc.at(-1) ?? ""), msg]));
  }
}

export const UNREACHABLE = new Problem(0, {
  detail: "The server cannot be reached. Check the connection and try again.",
  code: "unreachable",
  retryable: true,
});

export async function problemOf(answer: Response): Promise<Problem> {
  const body = await answer.json().catch(() => ({}));
  return new Problem(answer.status, body as Partial<ProblemBody>);
}

export function explain(error: unknown): string {
  return error instanceof Error ? error.message : "Something went wrong.";
}
