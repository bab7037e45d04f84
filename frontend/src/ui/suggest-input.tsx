import { type ComponentProps, useId } from "react";
import { Input } from "./input";

interface SuggestInputProps extends Omit<ComponentProps<typeof Input>, "list"> {
  suggestions: readonly string[];
}

/** Suggests names, but takes any: compatible servers have their own. */
export function SuggestInput({ suggestions, ...rest }: SuggestInputProps) {
  const listId = useId();
  return (
    <div>
      <Input list={listId} autoComplete="off" {...rest} />
      <datalist id={listId}>
        {suggestions.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}
