import { useEffect, useRef } from "react";
import { cutOut, type Range } from "@/lib/code-points";

/** A document's text with one passage marked and scrolled to. */
export function PassageText({ text, passage }: { text: string; passage?: Range }) {
  const mark = useRef<HTMLElement>(null);
  const [before, marked, after] = passage ? cutOut(text, passage) : [text, "", ""];

  useEffect(() => {
    if (marked) mark.current?.scrollIntoView({ block: "center" });
  }, [marked]);

  return (
    <div className="whitespace-pre-wrap break-words text-sm leading-relaxed">
      {before}
      {marked && (
        <mark
          ref={mark}
          data-testid="passage"
          className="rounded-sm bg-marker box-decoration-clone py-0.5 text-on-marker"
        >
          {marked}
        </mark>
      )}
      {after}
    </div>
  );
}
