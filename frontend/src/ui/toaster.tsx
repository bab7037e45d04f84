import { Toaster } from "sonner";
import { useTheme } from "@/lib/theme";

export default function ThemedToaster() {
  return (
    <Toaster
      theme={useTheme()}
      // At the bottom it would cover the composer and the player.
      position="top-center"
      toastOptions={{
        classNames: {
          toast: "!rounded-lg !border-line !bg-surface !text-ink !shadow-float !font-sans",
          description: "!text-muted",
        },
      }}
    />
  );
}
