import { useFormContext } from "react-hook-form";
import { categoryLabel } from "@/lib/categories";
import { generatedInstructions } from "@/lib/persona";
import { plural } from "@/lib/text";
import { Button } from "@/ui/button";
import { Textarea } from "@/ui/input";
import type { Draft } from "./draft";
import type { StepProps } from "./steps";

export function ReviewStep({ files }: StepProps) {
  const { watch, setValue } = useFormContext<Draft>();
  const draft = watch();
  const generated = generatedInstructions(draft);
  const edited = draft.system_prompt !== "";
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 rounded-lg border border-line bg-surface p-5 text-sm">
        <Fact name="Name" value={draft.name} />
        <Fact name="Title" value={draft.professional_title} />
        <Fact name="Category" value={categoryLabel(draft.category)} />
        <Fact name="Files" value={files.length ? plural(files.length, "file") : "none yet"} />
        <Fact name="Model" value={draft.llm_provider || "standard of this server"} />
      </dl>
      <Textarea
        label="Instructions to the model"
        rows={8}
        hint={
          edited
            ? "Your own text. It stays as it is when you change the persona."
            : "Written from what you entered. Edit it if you know better."
        }
        value={edited ? draft.system_prompt : generated}
        onChange={({ target }) =>
          setValue("system_prompt", target.value === generated ? "" : target.value)
        }
      />
      {edited && (
        <Button size="sm" className="self-start" onClick={() => setValue("system_prompt", "")}>
          Back to the generated text
        </Button>
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  if (!value) return null;
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{value}</dd>
    </>
  );
}
