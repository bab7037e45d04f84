import { Link } from "@tanstack/react-router";
import { BookOpen, MessageCircle } from "lucide-react";
import { lazy, Suspense } from "react";
import { FormProvider, useForm } from "react-hook-form";
import type { Clone, CloneSettings } from "@/lib/api/types";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { SkeletonList } from "@/ui/skeleton";
import { TabPanel, Tabs } from "@/ui/tabs";
import { type SettingsForm, toForm } from "./changes";
import { UnsavedBar } from "./unsaved-bar";
import { useSaveSettings } from "./use-save-settings";

const PersonaTab = lazy(() => import("./persona-tab"));
const ModelTab = lazy(() => import("./model-tab"));
const VoiceTab = lazy(() => import("./voice-tab"));
const RetrievalTab = lazy(() => import("./retrieval-tab"));
const LeaveGuard = lazy(() => import("./leave-guard"));
const PublishTab = lazy(() => import("./publish-tab"));

const TABS = [
  { value: "persona", label: "Persona" },
  { value: "model", label: "Model" },
  { value: "voice", label: "Voice" },
  { value: "retrieval", label: "Retrieval" },
  { value: "publish", label: "Publish" },
] as const;

type Tab = (typeof TABS)[number]["value"];

interface SettingsScreenProps {
  clone: Clone;
  settings: CloneSettings;
  tab: Tab;
  onTab: (tab: Tab) => void;
}

export function SettingsScreen({ clone, settings, tab, onTab }: SettingsScreenProps) {
  const form = useForm<SettingsForm>({ defaultValues: toForm(clone, settings) });
  const save = useSaveSettings(clone.id, form);
  const { isDirty } = form.formState;
  const params = { cloneId: clone.id };

  return (
    <FormProvider {...form}>
      <Page
        title={clone.name}
        subtitle="Settings"
        width="narrow"
        actions={
          <>
            <Button asChild variant="ghost">
              <Link to="/clones/$cloneId/knowledge" params={params}>
                <BookOpen aria-hidden />
                Knowledge
              </Link>
            </Button>
            <Button asChild variant="ghost">
              <Link to="/chat/$cloneId/{-$conversationId}" params={params}>
                <MessageCircle aria-hidden />
                Chat
              </Link>
            </Button>
          </>
        }
      >
        <form noValidate onSubmit={save.submit}>
          <Tabs label="Settings" value={tab} onChange={onTab} tabs={TABS}>
            <Suspense fallback={<SkeletonList label="Loading the settings" />}>
              <TabPanel value="persona">
                <PersonaTab />
              </TabPanel>
              <TabPanel value="model">
                <ModelTab />
              </TabPanel>
              <TabPanel value="voice">
                <VoiceTab cloneId={clone.id} />
              </TabPanel>
              <TabPanel value="retrieval">
                <RetrievalTab clone={clone} />
              </TabPanel>
              <TabPanel value="publish">
                <PublishTab clone={clone} />
              </TabPanel>
            </Suspense>
          </Tabs>
          {isDirty && (
            <UnsavedBar error={save.error} busy={save.isPending} onDiscard={() => form.reset()} />
          )}
        </form>
        <Suspense>{isDirty && <LeaveGuard />}</Suspense>
      </Page>
    </FormProvider>
  );
}
