import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import type { CloneFilter } from "@/lib/queries/clones";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { TabPanel, Tabs } from "@/ui/tabs";
import { CloneGrid } from "./clone-grid";
import { GalleryFilters } from "./gallery-filters";

const TABS = [
  { value: "mine", label: "Mine" },
  { value: "published", label: "Published" },
] as const;

interface GalleryScreenProps {
  filter: CloneFilter;
  onFilter: (filter: CloneFilter) => void;
}

export function GalleryScreen({ filter, onFilter }: GalleryScreenProps) {
  return (
    <Page
      title="Clones"
      subtitle="Each knows its own documents, and says where it read what it says."
      actions={
        <Button asChild variant="primary">
          <Link to="/clones/new">
            <Plus aria-hidden />
            New clone
          </Link>
        </Button>
      }
    >
      <Tabs
        label="Whose clones"
        value={filter.scope}
        onChange={(scope) => onFilter({ ...filter, scope })}
        tabs={TABS}
      >
        <TabPanel value={filter.scope}>
          <div className="flex flex-col gap-6">
            <GalleryFilters filter={filter} onFilter={onFilter} />
            <CloneGrid filter={filter} onReset={() => onFilter({ scope: filter.scope })} />
          </div>
        </TabPanel>
      </Tabs>
    </Page>
  );
}
