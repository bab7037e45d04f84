import { useBlocker } from "@tanstack/react-router";
import { ConfirmDialog } from "@/ui/confirm-dialog";

/** Mounted while there is something to lose. */
export default function LeaveGuard() {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname,
    enableBeforeUnload: true,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={status === "blocked"}
      onOpenChange={(open) => !open && reset?.()}
      title="Leave without saving?"
      description="Your changes to the settings are not saved yet."
      action="Leave"
      onConfirm={() => proceed?.()}
    />
  );
}
