import { useState } from "react";
import { sentence } from "@/lib/text";
import { sourcesText } from "./cited";
import { isOver, type Reply } from "./reply";
import { useTurns } from "./turns";

function announcement(reply: Reply | undefined): string {
  if (!reply) return "";
  if (!isOver(reply)) return "Answering…";
  if (reply.phase === "complete") {
    const { text, sources } = reply;
    return sources?.length ? `Answer complete, ${sourcesText(text, sources)}` : "Answer complete";
  }
  if (reply.phase === "stopped") return "Answer stopped";
  const what = reply.phase === "failed" ? "There is no answer." : "The answer broke off.";
  return `${what} ${sentence(reply.trouble ?? "")}`;
}

/** Screen readers hear of beginning and end, not of every word. */
export function ReplyAnnouncer({ turnId }: { turnId: string | undefined }) {
  const news = useTurns(({ turns }) => announcement(turns.find(({ id }) => id === turnId)?.reply));
  // The saved message takes the reply's place at once; what was said of it must stay to be read.
  const [said, setSaid] = useState("");
  if (news && news !== said) setSaid(news);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
