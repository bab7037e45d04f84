import { useState } from "react";
import { plural } from "@/lib/text";
import { isOver, type Reply } from "./reply";

function announcement(reply: Reply): string {
  if (!isOver(reply)) return "Answering…";
  if (reply.phase === "complete") {
    return `Answer complete, ${plural(reply.sources?.length ?? 0, "source")}`;
  }
  return reply.phase === "stopped" ? "Answer stopped" : "The answer broke off";
}

/** Screen readers hear of beginning and end, not of every word. */
export function ReplyAnnouncer({ reply }: { reply: Reply | undefined }) {
  // The saved message takes the reply's place at once; what was said of it must stay to be read.
  const [said, setSaid] = useState("");
  const news = reply ? announcement(reply) : said;
  if (news !== said) setSaid(news);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
