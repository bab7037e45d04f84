import { useEffect } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { type Draft, dropDraft, keepDraft, loadDraft } from "./draft";
import { IdentityStep } from "./identity-step";
import { KnowledgeStep } from "./knowledge-step";
import { PersonaPreview } from "./persona-preview";
import { ReviewStep } from "./review-step";
import { Stepper } from "./stepper";
import { STEPS, type Step } from "./steps";
import { StyleStep } from "./style-step";
import { useCreateClone } from "./use-create-clone";

const FORMS = {
  identity: IdentityStep,
  style: StyleStep,
  knowledge: KnowledgeStep,
  review: ReviewStep,
};

interface NewCloneScreenProps {
  step: Step;
  template: string | undefined;
  onStep: (step: Step) => void;
}

export function NewCloneScreen({ step, template, onStep }: NewCloneScreenProps) {
  const form = useForm<Draft>({ defaultValues: loadDraft(template) });
  const { create, files, setFiles } = useCreateClone();
  const position = STEPS.findIndex(({ id }) => id === step);
  const next = STEPS[position + 1];
  const before = STEPS[position - 1];
  const Form = FORMS[step];

  useEffect(
    () =>
      form.subscribe({ formState: { values: true }, callback: ({ values }) => keepDraft(values) }),
    [form],
  );

  const advance = form.handleSubmit(
    (draft) => (next ? onStep(next.id) : create.mutate(draft)),
    () => onStep("identity"),
  );

  function startOver() {
    dropDraft();
    form.reset(loadDraft(undefined));
    onStep("identity");
  }

  return (
    <FormProvider {...form}>
      <Page
        title="New clone"
        actions={
          <Button variant="ghost" onClick={startOver}>
            Start over
          </Button>
        }
      >
        <Stepper current={step} onStep={onStep} />
        <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <form noValidate onSubmit={advance} className="flex flex-col gap-6">
            <Form files={files} onFiles={setFiles} />
            {create.error && <ErrorState title="The clone was not made" error={create.error} />}
            <div className="flex justify-between border-line border-t pt-5">
              <Button
                variant="ghost"
                disabled={!before}
                onClick={() => before && onStep(before.id)}
              >
                Back
              </Button>
              <Button type="submit" variant="primary" busy={create.isPending}>
                {next ? `Next: ${next.label}` : "Create clone"}
              </Button>
            </div>
          </form>
          <PersonaPreview />
        </div>
      </Page>
    </FormProvider>
  );
}
