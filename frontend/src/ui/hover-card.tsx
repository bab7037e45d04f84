import { HoverCard as Primitive } from "radix-ui";
import type { FocusEvent, ReactNode } from "react";

interface HoverCardProps {
  card: ReactNode;
  children: ReactNode;
}

export function HoverCard({ card, children }: HoverCardProps) {
  return (
    <Primitive.Root openDelay={180} closeDelay={100}>
      <Primitive.Trigger asChild onFocus={ignoreUnlessByKeyboard}>
        {children}
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          sideOffset={6}
          collisionPadding={12}
          className="z-30 w-80 max-w-[calc(100vw-1.5rem)] animate-rise rounded-lg border border-line bg-surface p-3.5 text-sm shadow-float"
        >
          {card}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

// Radix starts a second timer when a press focuses the trigger, and forgets the first: the card
// would open after the pointer has left, over what one wants to press next.
function ignoreUnlessByKeyboard(event: FocusEvent) {
  if (!event.currentTarget.matches(":focus-visible")) event.preventDefault();
}
