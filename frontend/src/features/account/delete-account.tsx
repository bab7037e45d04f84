import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { signOut } from "@/lib/session";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { notifyError } from "@/ui/toast";
import { Card } from "./card";

export function DeleteAccount() {
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/auth/me")),
    onSuccess: signOut,
    onError: (error) => notifyError("The account was not deleted", error),
  });
  return (
    <Card title="Delete account">
      <p className="text-muted text-sm">
        Your clones, their documents and all your conversations go with it.
      </p>
      <Button
        variant="danger"
        className="self-start"
        busy={remove.isPending}
        onClick={() => setAsking(true)}
      >
        Delete account
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Delete your account?"
        description="Everything you own here will be gone for good."
        action="Delete for good"
        onConfirm={() => remove.mutate()}
      />
    </Card>
  );
}
