import { ChevronRight } from "lucide-react";
import type { Provider, ProviderKind } from "@/lib/api/types";
import { plural } from "@/lib/text";

/** More of them scroll. */
const SHOWN_AT_ONCE = 7;

interface OffersProps {
  kind: ProviderKind;
  provider: Provider & { voices?: string[] };
}

/** The models or voices that can be chosen; folded, for some offer hundreds. */
export function Offers({ kind, provider }: OffersProps) {
  const names = kind === "tts" ? (provider.voices ?? []) : provider.models;
  if (names.length === 0) return null;
  return (
    <details className="group text-sm">
      <summary className="inline-flex cursor-pointer list-none items-center gap-1 rounded-sm text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        {plural(names.length, kind === "tts" ? "voice" : "model")}
      </summary>
      <ul
        tabIndex={names.length > SHOWN_AT_ONCE ? 0 : undefined}
        aria-label={kind === "tts" ? "Voices" : "Models"}
        className="mt-2 flex max-h-48 flex-col gap-1 overflow-y-auto pl-5"
      >
        {names.map((name) => (
          <li key={name} className="break-all">
            {name}
            {name === provider.default && <span className="text-muted"> (standard)</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
