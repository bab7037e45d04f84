import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  className?: string;
  children: ReactNode;
}

const OVERLAY = "fixed inset-0 z-40 animate-fade bg-[hsl(var(--shade)/0.45)]";

function CloseButton() {
  return (
    <Primitive.Close
      aria-label="Close"
      className="-mr-1 inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
    >
      <X aria-hidden className="size-4" />
    </Primitive.Close>
  );
}

function Heading({ title, description }: { title: string; description?: string }) {
  return (
    <div className="flex items-start justify-between gap-4">
      <div>
        <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
        {description && (
          <Primitive.Description className="mt-1 text-muted text-sm">
            {description}
          </Primitive.Description>
        )}
      </div>
      <CloseButton />
    </div>
  );
}

export function Dialog({ open, onOpenChange, title, description, className, children }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={OVERLAY} />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[88dvh] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 -translate-y-1/2 animate-rise flex-col gap-4 overflow-y-auto rounded-xl border border-line bg-surface p-6 shadow-float",
            className,
          )}
        >
          <Heading title={title} description={description} />
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** A dialog that slides in from a side of the screen. */
export function Sheet({
  side,
  ...props
}: DialogProps & { side: "left" | "right" }) {
  const { open, onOpenChange, title, description, className, children } = props;
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={OVERLAY} />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed inset-y-0 z-50 flex w-[min(30rem,calc(100vw-3rem))] flex-col gap-4 overflow-y-auto border-line bg-surface p-5 shadow-float",
            side === "left" && "left-0 animate-slide-left border-r",
            side === "right" && "right-0 animate-slide-right border-l",
            className,
          )}
        >
          <Heading title={title} description={description} />
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
