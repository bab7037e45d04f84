import createClient from "openapi-fetch";
import { authFetch } from "./fetch";
import { Problem } from "./problem";
import type { paths } from "./schema";

export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: authFetch,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; throws a Problem otherwise. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  return bodyOf(await call);
}

export interface PageOf<T> {
  rows: T[];
  /** Of all pages together. */
  total: number;
}

/** One page of a list, with how many there are. */
export async function unwrapPage<T>(call: Promise<Answer<T[]>>): Promise<PageOf<T>> {
  const answer = await call;
  const rows = bodyOf(answer);
  return { rows, total: Number(answer.response.headers.get("X-Total-Count") ?? rows.length) };
}

function bodyOf<T>({ data, error, response }: Answer<T>): T {
  if (!response.ok) {
    throw new Problem(response.status, typeof error === "object" && error ? error : {});
  }
  return data as T;
}
