import { HoverCard as Primitive } from "radix-ui";
import type { ReactNode } from "react";

interface HoverCardProps {
  card: ReactNode;
  children: ReactNode;
}

export function HoverCard({ card, children }: HoverCardProps) {
  return (
    <Primitive.Root openDelay={180} closeDelay={100}>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
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
