import { Zap } from "lucide-react";
import { useProviderTest } from "@/lib/queries/providers";
import { Button } from "@/ui/button";
import { TestOutcome } from "@/ui/test-outcome";

const QUESTION = "Say hello in five words.";

interface TestModelProps {
  provider: string;
  /** Empty for the provider's own default. */
  model: string;
  disabled: boolean;
}

/** Asks what is chosen in the form, saved or not. */
export function TestModel({ provider, model, disabled }: TestModelProps) {
  // Another choice is another test: what the last one found says nothing of it.
  return <Trial key={`${provider} ${model}`} {...{ provider, model, disabled }} />;
}

function Trial({ provider, model, disabled }: TestModelProps) {
  const test = useProviderTest("llm", provider);
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
      <Button
        size="sm"
        busy={test.isPending}
        disabled={disabled}
        onClick={() => test.mutate({ model: model.trim() || undefined, text: QUESTION })}
      >
        {!test.isPending && <Zap aria-hidden />}
        Test model
      </Button>
      <div className="min-w-0 flex-1 basis-56">
        <TestOutcome result={test.data} error={test.error} />
      </div>
    </div>
  );
}
