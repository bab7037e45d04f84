import { ArrowDown } from "lucide-react";
import { Button } from "@/ui/button";

export function JumpToLatest({ onClick }: { onClick: () => void }) {
  return (
    <Button
      size="sm"
      shape="pill"
      onClick={onClick}
      className="absolute -top-11 left-1/2 -translate-x-1/2 animate-rise"
    >
      <ArrowDown aria-hidden />
      Jump to latest
    </Button>
  );
}
