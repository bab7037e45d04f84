import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryKeys } from "@/lib/queries/memory";
import { DocumentNews } from "./document-news";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("counts arrive over a line slower than the news, and the last news is asked about", async () => {
  const queries = new QueryClient();
  let asked = 0;
  const answers: number[] = [];
  const counts = new QueryObserver(queries, {
    queryKey: memoryKeys.status("keeper"),
    queryFn: async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return asked;
    },
  });
  counts.subscribe(({ data }) => data && answers.push(data));
  const news = new DocumentNews(queries, "keeper");

  for (let heard = 0; heard < 40; heard += 1) {
    news.gone(String(heard));
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(new Set(answers).size).toBeGreaterThan(3);

  const before = asked;
  news.gone("the last");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBeGreaterThan(before);
  expect(answers.at(-1)).toBe(asked);
  news.close();
});
