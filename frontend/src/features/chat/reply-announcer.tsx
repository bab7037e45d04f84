import { plural } from "@/lib/text";
import { isOver, type Reply } from "./reply";

function announcement(reply: Reply | undefined): string {
  if (!reply) return "";
  if (!isOver(reply)) return "Answering…";
  if (reply.phase === "complete") {
    return `Answer complete, ${plural(reply.sources?.length ?? 0, "source")}`;
  }
  return reply.phase === "stopped" ? "Answer stopped" : "The answer broke off";
}

/** Screen readers hear of beginning and end, not of every word. */
export function ReplyAnnouncer({ reply }: { reply: Reply | undefined }) {
  return (
    <p role="status" className="sr-only">
      {announcement(reply)}
    </p>
  );
}
