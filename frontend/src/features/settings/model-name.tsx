import { type ComponentProps, useId } from "react";
import type { Provider } from "@/lib/api/types";
import { Input } from "@/ui/input";

interface ModelNameProps extends Omit<ComponentProps<typeof Input>, "label" | "list"> {
  provider: Provider | undefined;
}

/** Suggests the provider's models, but takes any: compatible servers have their own. */
export function ModelName({ provider, ...rest }: ModelNameProps) {
  const listId = useId();
  return (
    <div>
      <Input label="Model" list={listId} autoComplete="off" {...rest} />
      <datalist id={listId}>
        {provider?.models.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
    </div>
  );
}
