import { Zap } from "lucide-react";
import { useProviderTest } from "@/lib/queries/providers";
import { TestOutcome } from "@/ui/test-outcome";
import { TestRow } from "./test-row";

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
    <TestRow
      icon={<Zap aria-hidden />}
      busy={test.isPending}
      disabled={disabled}
      onClick={() => test.mutate({ model: model.trim() || undefined, text: QUESTION })}
      outcome={<TestOutcome result={test.data} error={test.error} />}
    >
      Test model
    </TestRow>
  );
}
