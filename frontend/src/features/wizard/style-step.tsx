import { useFormContext } from "react-hook-form";
import { type StyleKey, styleOptions } from "@/lib/persona";
import { Input, Select } from "@/ui/input";
import type { Draft } from "./draft";

const STYLES: { key: StyleKey; label: string }[] = [
  { key: "tone", label: "Tone" },
  { key: "formality", label: "Formality" },
  { key: "length", label: "Length of answers" },
];

export function StyleStep() {
  const { register, getValues } = useFormContext<Draft>();
  return (
    <>
      <div className="grid gap-6 sm:grid-cols-3">
        {STYLES.map(({ key, label }) => (
          <Select
            key={key}
            label={label}
            options={styleOptions(key, getValues(`communication_style.${key}`))}
            {...register(`communication_style.${key}`)}
          />
        ))}
      </div>
      <Input
        label="Greeting"
        placeholder="Hello! What would you like to know?"
        hint="The first thing people read in a new chat."
        {...register("greeting")}
      />
    </>
  );
}
