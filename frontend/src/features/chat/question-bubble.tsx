export function QuestionBubble({ text }: { text: string }) {
  return (
    <article
      aria-label="You asked"
      className="max-w-[85%] self-end whitespace-pre-wrap break-words rounded-xl rounded-br-sm bg-tint px-4 py-2.5"
    >
      {text}
    </article>
  );
}
