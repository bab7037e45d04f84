import { Progress as Primitive } from "radix-ui";

export function Progress({ label, percent }: { label: string; percent: number }) {
  return (
    <Primitive.Root
      value={percent}
      aria-label={label}
      className="h-1.5 w-full overflow-hidden rounded-full bg-sunken"
    >
      <Primitive.Indicator
        className="h-full origin-left rounded-full bg-accent transition-transform duration-300"
        style={{ transform: `scaleX(${percent / 100})` }}
      />
    </Primitive.Root>
  );
}
