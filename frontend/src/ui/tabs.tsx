import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface TabsProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  tabs: readonly { value: T; label: string }[];
  className?: string;
  children: ReactNode;
}

export function Tabs<T extends string>(props: TabsProps<T>) {
  return (
    <Primitive.Root
      value={props.value}
      onValueChange={(value) => props.onChange(value as T)}
      className={props.className}
    >
      <Primitive.List
        aria-label={props.label}
        className="flex gap-5 overflow-x-auto border-line border-b [scrollbar-width:none]"
      >
        {props.tabs.map((tab) => (
          <Primitive.Trigger
            key={tab.value}
            value={tab.value}
            className={cn(
              "-mb-px whitespace-nowrap border-transparent border-b-2 px-0.5 pt-1 pb-2.5 font-medium text-muted text-sm",
              "-outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink",
            )}
          >
            {tab.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {props.children}
    </Primitive.Root>
  );
}

export function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Primitive.Content value={value} className="pt-6 focus-visible:outline-offset-4">
      {children}
    </Primitive.Content>
  );
}
