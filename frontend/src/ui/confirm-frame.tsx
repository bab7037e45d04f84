import { AlertDialog as Primitive } from "radix-ui";
import { Button } from "./button";
import { useFocusReturn } from "./focus-return";

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  action: string;
  onConfirm: () => void;
}

export default function ConfirmFrame(props: ConfirmDialogProps) {
  const returnFocus = useFocusReturn(props.open);
  return (
    <Primitive.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-[hsl(var(--shade)/0.45)]" />
        <Primitive.Content
          onCloseAutoFocus={returnFocus}
          className="fixed top-1/2 left-1/2 z-50 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 animate-rise rounded-xl border border-line bg-surface p-6 shadow-float"
        >
          <Primitive.Title className="font-semibold text-lg">{props.title}</Primitive.Title>
          <Primitive.Description className="mt-2 text-muted text-sm">
            {props.description}
          </Primitive.Description>
          <div className="mt-6 flex justify-end gap-2">
            <Primitive.Cancel asChild>
              <Button variant="ghost">Cancel</Button>
            </Primitive.Cancel>
            <Primitive.Action asChild>
              <Button variant="danger" onClick={props.onConfirm}>
                {props.action}
              </Button>
            </Primitive.Action>
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
