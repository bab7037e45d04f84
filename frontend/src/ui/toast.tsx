import { lazy } from "react";
import { explain } from "@/lib/api/problem";

export const Toaster = lazy(() => import("./toaster"));

export async function notify(message: string): Promise<void> {
  const { toast } = await import("sonner");
  toast(message);
}

export async function notifyError(title: string, error: unknown): Promise<void> {
  const { toast } = await import("sonner");
  toast.error(title, { description: explain(error) });
}
