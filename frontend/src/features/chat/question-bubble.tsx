export function QuestionBubble({ text }: { text: string }) {
  return (
    <article
      aria-label="You asked"
      className="relative max-w-[85%] self-end whitespace-pre-wrap break-words rounded-xl rounded-br-sm bg-tint px-4 py-2.5"
    >
      <h2 className="sr-only">Question</h2>
      {text}
    </article>
  );
}
