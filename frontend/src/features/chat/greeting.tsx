import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Clone } from "@/lib/api/types";
import { suggestionsQuery } from "@/lib/queries/clones";
import { Avatar } from "@/ui/avatar";
import { Skeleton } from "@/ui/skeleton";

interface GreetingProps {
  clone: Clone;
  aside: ReactNode;
  onAsk: (question: string) => void;
}

/** The empty chat: who is speaking, and what may be asked. */
export function Greeting({ clone, aside, onAsk }: GreetingProps) {
  return (
    <div className="my-auto flex flex-col gap-8 py-6">
      <div className="flex flex-col items-start gap-4">
        <Avatar name={clone.name} size="lg" />
        <div>
          <h2 className="font-semibold text-2xl sm:text-3xl">
            {clone.greeting || `Ask ${clone.name}`}
          </h2>
          {clone.bio && <p className="mt-2 line-clamp-4 max-w-xl text-muted">{clone.bio}</p>}
        </div>
      </div>
      <Suggestions clone={clone} onAsk={onAsk} />
      {aside}
    </div>
  );
}

function Suggestions({ clone, onAsk }: Pick<GreetingProps, "clone" | "onAsk">) {
  const { data: questions, isPending } = useQuery(suggestionsQuery(clone));
  if (isPending) return <Skeleton className="h-28" />;
  // Without documents, or where the server cannot suggest, an empty chat is complete as it is.
  if (!questions?.length) return null;
  return (
    <section aria-label="Suggested questions">
      <ul className="flex flex-col items-start gap-2">
        {questions.map((question) => (
          <li key={question} className="max-w-full">
            <button
              type="button"
              onClick={() => onAsk(question)}
              className="rounded-lg border border-line bg-surface px-4 py-2.5 text-left text-sm shadow-card transition-colors hover:border-accent hover:bg-tint"
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
