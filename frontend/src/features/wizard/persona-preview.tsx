import { useFormContext } from "react-hook-form";
import { Avatar } from "@/ui/avatar";
import type { Draft } from "./draft";

/** How the clone will look to those who meet it. */
export function PersonaPreview() {
  const { name, professional_title, bio, greeting } = useFormContext<Draft>().watch();
  return (
    <aside
      aria-label="Preview"
      className="sticky top-6 hidden flex-col gap-4 rounded-xl border border-line bg-surface p-5 shadow-card lg:flex"
    >
      <div className="flex items-center gap-3">
        <Avatar name={name || "?"} />
        <div className="min-w-0">
          <p className="truncate font-display font-semibold">{name || "Your clone"}</p>
          <p className="truncate text-muted text-sm">{professional_title || "Title"}</p>
        </div>
      </div>
      <p className="break-words text-muted text-sm">{bio || "What it knows will stand here."}</p>
      <p className="break-words rounded-lg rounded-bl-sm bg-sunken px-3.5 py-2.5 text-sm">
        {greeting || "Hello! What would you like to know?"}
      </p>
    </aside>
  );
}
