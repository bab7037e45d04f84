import { useFormContext } from "react-hook-form";
import { CATEGORIES } from "@/lib/categories";
import { Input, Select, Textarea } from "@/ui/input";
import type { Draft } from "./draft";

export function IdentityStep() {
  const { register, formState } = useFormContext<Draft>();
  const { errors } = formState;
  return (
    <>
      <Input
        label="Name"
        placeholder="Dr. Elena Fischer"
        maxLength={200}
        error={errors.name?.message}
        {...register("name", {
          validate: (name) => Boolean(name.trim()) || "Give your clone a name.",
        })}
      />
      <div className="grid gap-6 sm:grid-cols-2">
        <Input
          label="Title (optional)"
          placeholder="Cardiologist"
          maxLength={200}
          {...register("professional_title")}
        />
        <Select label="Category" options={CATEGORIES} {...register("category")} />
      </div>
      <Textarea
        label="About"
        hint="Who is this, and what do they know? Readers see it, and the model is told."
        {...register("bio")}
      />
      <Textarea
        label="Credentials (optional)"
        rows={2}
        {...register("credentials_qualifications")}
      />
    </>
  );
}
