import { Search } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { fieldLook } from "./field";

interface SearchInputProps extends Omit<ComponentProps<"input">, "className"> {
  label: string;
  className?: string;
}

export function SearchInput({ label, className, ...rest }: SearchInputProps) {
  return (
    <div className={cn("relative", className)}>
      <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        className={cn(fieldLook, "h-10 pl-9")}
        {...rest}
      />
    </div>
  );
}
