import { Popover as Primitive } from "radix-ui";
import type { ReactNode, RefObject } from "react";

interface PopoverProps {
  label: string;
  /** The button that opened it, and closes it. */
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  children: ReactNode;
}

/** Mounted while it is open, so that a page need not load it before it is wanted. */
export function Popover({ label, anchor, onClose, children }: PopoverProps) {
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Anchor virtualRef={anchor as RefObject<HTMLElement>} />
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          align="start"
          sideOffset={6}
          collisionPadding={12}
          onInteractOutside={(event) => {
            // Else it would close before the press on its button, which would open it again.
            if (anchor.current?.contains(event.target as Node)) event.preventDefault();
          }}
          onCloseAutoFocus={() => anchor.current?.focus()}
          className="z-30 flex w-80 max-w-[calc(100vw-1.5rem)] animate-rise flex-col gap-2 rounded-lg border border-line bg-surface p-3.5 text-sm shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
