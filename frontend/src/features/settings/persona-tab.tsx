import { useFormContext } from "react-hook-form";
import { CATEGORIES } from "@/lib/categories";
import { generatedInstructions, type StyleKey, styleOptions } from "@/lib/persona";
import { Input, Select, Textarea } from "@/ui/input";
import type { SettingsForm } from "./changes";

const STYLES: { key: StyleKey; label: string }[] = [
  { key: "tone", label: "Tone" },
  { key: "formality", label: "Formality" },
  { key: "length", label: "Length of answers" },
];

export default function PersonaTab() {
  const { register, formState, watch } = useFormContext<SettingsForm>();
  const persona = watch("clone");
  return (
    <div className="flex flex-col gap-6">
      <Input
        label="Name"
        error={formState.errors.clone?.name?.message}
        {...register("clone.name", {
          validate: (name) => Boolean(name.trim()) || "A clone needs a name.",
        })}
      />
      <div className="grid gap-6 sm:grid-cols-2">
        <Input label="Title" {...register("clone.professional_title")} />
        <Select label="Category" options={CATEGORIES} {...register("clone.category")} />
      </div>
      <Textarea label="About" {...register("clone.bio")} />
      <Textarea label="Credentials" rows={2} {...register("clone.credentials_qualifications")} />
      <div className="grid gap-6 sm:grid-cols-3">
        {STYLES.map(({ key, label }) => (
          <Select
            key={key}
            label={label}
            options={styleOptions(key, persona.communication_style[key])}
            {...register(`clone.communication_style.${key}`)}
          />
        ))}
      </div>
      <Input label="Greeting" {...register("clone.greeting")} />
      <Textarea
        label="Instructions to the model"
        rows={7}
        hint="Leave it empty to have them written from the fields above."
        placeholder={generatedInstructions(persona)}
        {...register("clone.system_prompt")}
      />
    </div>
  );
}
