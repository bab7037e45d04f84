import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { explain } from "@/lib/api/problem";
import type { Conversation } from "@/lib/api/types";
import { conversationKeys } from "@/lib/queries/conversations";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/input";

interface RenameThreadProps {
  conversation: Conversation;
  onClose: () => void;
}

export default function RenameThread({ conversation, onClose }: RenameThreadProps) {
  return (
    <Dialog open onOpenChange={onClose} title="Rename conversation">
      <RenameForm conversation={conversation} onClose={onClose} />
    </Dialog>
  );
}

const TITLE_MAX = 200;

function RenameForm({ conversation, onClose }: RenameThreadProps) {
  const [title, setTitle] = useState(conversation.title ?? "");
  const queries = useQueryClient();
  const rename = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/api/conversations/{conversation_id}", {
          params: { path: { conversation_id: conversation.id } },
          body: { title: title.trim() },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: conversationKeys.list });
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (title.trim()) rename.mutate();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Input
        label="Title"
        value={title}
        maxLength={TITLE_MAX}
        autoFocus
        error={rename.error ? explain(rename.error) : undefined}
        onChange={(event) => setTitle(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={rename.isPending} disabled={!title.trim()}>
          Save
        </Button>
      </div>
    </form>
  );
}
