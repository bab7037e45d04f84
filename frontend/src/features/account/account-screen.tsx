import { useSession } from "@/lib/session";
import { Page } from "@/ui/page";
import { DeleteAccount } from "./delete-account";
import { PasswordForm } from "./password-form";
import { ProfileForm } from "./profile-form";
import { Usage } from "./usage";

export function AccountScreen() {
  const session = useSession();
  if (session.status !== "member") return null;
  return (
    <Page title="Account" subtitle={session.user.email} width="narrow">
      <ProfileForm user={session.user} />
      <Usage />
      <PasswordForm />
      <DeleteAccount />
    </Page>
  );
}
