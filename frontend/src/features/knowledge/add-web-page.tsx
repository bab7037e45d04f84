import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Globe } from "lucide-react";
import { type FormEvent, useRef } from "react";
import { api, unwrap } from "@/lib/api/client";
import { explain, Problem } from "@/lib/api/problem";
import { putDocument } from "@/lib/document-cache";
import { memoryKeys } from "@/lib/queries/memory";
import { REFRESHES } from "@/lib/refresh";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/input";
import { AlreadyHere } from "./already-here";

interface AddWebPageProps {
  cloneId: string;
  onOpen: (documentId: string) => void;
}

const REFRESH_OPTIONS = REFRESHES.map(({ hours, label }) => ({
  value: String(hours ?? ""),
  label,
}));

export function AddWebPage({ cloneId, onOpen }: AddWebPageProps) {
  const form = useRef<HTMLFormElement>(null);
  const add = useAddWebPage(cloneId, () => form.current?.reset());
  const { document_id: id, document_title: title } =
    add.error instanceof Problem ? add.error.body : {};

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const url = withScheme(String(fields.get("url")).trim());
    if (url) add.mutate({ url, refresh_interval_hours: Number(fields.get("refresh")) || null });
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      className="flex flex-wrap items-start gap-3 border-line border-t pt-4"
    >
      <Input
        label="Web page"
        name="url"
        type="url"
        inputMode="url"
        placeholder="https://"
        className="min-w-60 flex-1"
        error={add.error && !id ? sentence(explain(add.error)) : undefined}
        hint={id && title && <AlreadyHere first={{ id, title }} onOpen={onOpen} />}
      />
      <Select label="Refresh" name="refresh" className="w-32" options={REFRESH_OPTIONS} />
      <Button type="submit" busy={add.isPending} className="mt-6.5">
        <Globe aria-hidden />
        Add page
      </Button>
    </form>
  );
}

interface WebPage {
  url: string;
  refresh_interval_hours: number | null;
}

function useAddWebPage(cloneId: string, onAdded: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: WebPage) =>
      unwrap(
        api.POST("/api/clones/{clone_id}/documents/url", {
          params: { path: { clone_id: cloneId } },
          body,
        }),
      ),
    onSuccess: (document) => {
      putDocument(queries, document);
      queries.invalidateQueries({ queryKey: memoryKeys.status(cloneId) });
      onAdded();
    },
  });
}

/** As people write addresses; what else is wrong with one, the server says. */
function withScheme(address: string): string {
  return address && !/^[a-z][a-z0-9+.-]*:/i.test(address) ? `https://${address}` : address;
}
