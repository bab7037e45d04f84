import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useFocusReturn } from "./focus-return";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
}

const SHEET = "inset-y-0 w-[min(30rem,calc(100vw-3rem))] gap-4 p-5";
const LOOKS = {
  center:
    "top-1/2 left-1/2 max-h-[88dvh] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 -translate-y-1/2 animate-rise gap-4 rounded-xl border p-6",
  right: cn(SHEET, "right-0 animate-slide-right border-l"),
  left: "inset-y-0 left-0 w-[19rem] animate-slide-left border-r pt-3",
};

function Frame({ look, ...props }: DialogProps & { look: keyof typeof LOOKS }) {
  const returnFocus = useFocusReturn(props.open);
  return (
    <Primitive.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-[hsl(var(--shade)/0.45)]" />
        <Primitive.Content
          aria-describedby={undefined}
          onCloseAutoFocus={returnFocus}
          className={cn(
            "fixed z-50 flex flex-col overflow-y-auto border-line bg-surface shadow-float",
            LOOKS[look],
          )}
        >
          <div className={cn("flex items-center justify-between gap-4", look === "left" && "px-4")}>
            <Primitive.Title className="font-semibold text-lg">{props.title}</Primitive.Title>
            <Primitive.Close
              aria-label="Close"
              className="-mr-1 inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
            >
              <X aria-hidden className="size-4" />
            </Primitive.Close>
          </div>
          {props.children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function Dialog(props: DialogProps) {
  return <Frame look="center" {...props} />;
}

/** A dialog that slides in from the right. */
export function Sheet(props: DialogProps) {
  return <Frame look="right" {...props} />;
}

/** The menu of a small screen, from the left and to its edges. */
export function Drawer(props: DialogProps) {
  return <Frame look="left" {...props} />;
}
