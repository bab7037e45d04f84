import { lazy, Suspense, useState } from "react";
import type { ConfirmDialogProps } from "./confirm-frame";

const ConfirmFrame = lazy(() => import("./confirm-frame"));

/** Asks before something that cannot be undone; loaded when first needed. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const [needed, setNeeded] = useState(props.open);
  if (props.open && !needed) setNeeded(true);
  return <Suspense>{needed && <ConfirmFrame {...props} />}</Suspense>;
}
