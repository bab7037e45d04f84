import { ArrowUp, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, type Ref, useId } from "react";
import { cn } from "@/lib/cn";
import { useDraft } from "./drafts";

const MAX_CHARS = 4000;
/** From here on the reader wants to know how much room is left. */
const COUNT_FROM = 3600;

interface ComposerProps {
  ref: Ref<HTMLTextAreaElement>;
  thread: string;
  cloneName: string;
  onSend: (content: string) => void;
  /** Given while an answer is being written. */
  onStop?: () => void;
}

export function Composer({ ref, thread, cloneName, onSend, onStop }: ComposerProps) {
  const [draft, setDraft] = useDraft(thread);
  const countId = useId();
  const length = [...draft.trim()].length;
  const sendable = length > 0 && length <= MAX_CHARS && !onStop;

  function send(event: FormEvent) {
    event.preventDefault();
    if (!sendable) return;
    onSend(draft.trim());
    setDraft("");
  }

  function sendOnEnter(event: KeyboardEvent) {
    const composing = event.nativeEvent.isComposing;
    if (event.key === "Enter" && !event.shiftKey && !composing) send(event);
  }

  return (
    <form
      onSubmit={send}
      className="flex items-end gap-2 rounded-[1.625rem] border border-field bg-surface p-1.5 pl-5 shadow-card transition-shadow focus-within:border-accent focus-within:shadow-float"
    >
      <textarea
        ref={ref}
        rows={1}
        value={draft}
        aria-label={`Message ${cloneName}`}
        aria-describedby={length > COUNT_FROM ? countId : undefined}
        placeholder={`Ask ${cloneName}…`}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={sendOnEnter}
        className="field-sizing-content max-h-52 min-h-10 flex-1 resize-none bg-transparent py-2 outline-none"
      />
      {length > COUNT_FROM && (
        <span
          id={countId}
          className={cn("self-center text-xs", length > MAX_CHARS ? "text-danger" : "text-muted")}
        >
          {length} / {MAX_CHARS}
        </span>
      )}
      {onStop ? (
        <RoundButton key="stop" label="Stop" type="button" onClick={onStop}>
          <Square aria-hidden className="size-3.5 fill-current" />
        </RoundButton>
      ) : (
        <RoundButton key="send" label="Send" type="submit" disabled={!sendable}>
          <ArrowUp aria-hidden className="size-5" />
        </RoundButton>
      )}
    </form>
  );
}

interface RoundButtonProps {
  label: string;
  type: "button" | "submit";
  disabled?: boolean;
  onClick?: () => void;
  children: React.ReactNode;
}

function RoundButton({ label, type, children, ...rest }: RoundButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted"
      {...rest}
    >
      {children}
    </button>
  );
}
