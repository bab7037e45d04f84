import { Check } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end";
  /** Where it is put in the page; at its end without. A menu of the page itself is a part of it. */
  container?: HTMLElement | null;
}

export function Menu({ trigger, children, side = "bottom", align = "end", container }: MenuProps) {
  return (
    // Modal, it would hide from screen readers what the keyboard still reaches.
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal container={container}>
        <Primitive.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-48 animate-rise rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

const ITEM_LOOK = cn(
  "flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 text-sm outline-none [&_svg]:size-4",
  "data-[highlighted]:bg-sunken",
);

interface MenuItemProps extends ComponentProps<typeof Primitive.Item> {
  tone?: "plain" | "danger";
}

export function MenuItem({ tone = "plain", className, onSelect, ...rest }: MenuItemProps) {
  return (
    <Primitive.Item
      onSelect={(event) => {
        focusTrigger(event);
        onSelect?.(event);
      }}
      className={cn(
        ITEM_LOOK,
        tone === "danger" ? "text-danger" : "text-ink [&_svg]:text-muted",
        className,
      )}
      {...rest}
    />
  );
}

/** Before the menu is gone, so that a dialog it opens knows where the focus belongs. */
function focusTrigger({ target }: Event): void {
  const menu = (target as Element).closest("[role=menu]");
  document.getElementById(menu?.getAttribute("aria-labelledby") ?? "")?.focus();
}

export function MenuSeparator() {
  return <Primitive.Separator className="my-1 h-px bg-line" />;
}

interface MenuChoicesProps {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

/** One of a few values, the present one ticked. */
export function MenuChoices({ label, value, options, onChange }: MenuChoicesProps) {
  return (
    <>
      <Primitive.Label className="px-2.5 pt-1 text-muted text-xs">{label}</Primitive.Label>
      <Primitive.RadioGroup aria-label={label} value={value} onValueChange={onChange}>
        {options.map((option) => (
          <Primitive.RadioItem key={option.value} value={option.value} className={ITEM_LOOK}>
            <span className="size-4">
              <Primitive.ItemIndicator>
                <Check aria-hidden />
              </Primitive.ItemIndicator>
            </span>
            {option.label}
          </Primitive.RadioItem>
        ))}
      </Primitive.RadioGroup>
    </>
  );
}
