import { Toaster as Sonner, toast } from "sonner";
import { explain } from "@/lib/api/problem";
import { useTheme } from "@/lib/theme";

export function Toaster() {
  return (
    <Sonner
      theme={useTheme()}
      position="bottom-center"
      toastOptions={{
        classNames: {
          toast: "!rounded-lg !border-line !bg-surface !text-ink !shadow-float !font-sans",
          description: "!text-muted",
        },
      }}
    />
  );
}

export function notify(message: string): void {
  toast(message);
}

export function notifyError(title: string, error: unknown): void {
  toast.error(title, { description: explain(error) });
}
