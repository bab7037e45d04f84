import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut, Plug, UserRound } from "lucide-react";
import { api, unwrap } from "@/lib/api/client";
import { signOut, useSession } from "@/lib/session";
import { Avatar } from "@/ui/avatar";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { ThemeToggle } from "@/ui/theme-toggle";
import { notifyError } from "@/ui/toast";

export default function AccountMenu() {
  const session = useSession();
  const navigate = useNavigate();
  if (session.status !== "member") return null;
  const { display_name, email } = session.user;
  const name = display_name || email;

  async function leave() {
    try {
      await unwrap(api.POST("/api/auth/logout"));
      signOut();
    } catch (error) {
      notifyError("You are still logged in", error);
    }
  }

  return (
    <div className="flex items-center gap-1 border-line border-t p-2">
      <Menu
        side="top"
        align="start"
        trigger={
          <button
            type="button"
            aria-label={`Account of ${name}`}
            className="flex min-w-0 flex-1 items-center gap-2.5 rounded-md p-1.5 text-left text-sm hover:bg-surface"
          >
            <Avatar name={name} size="sm" />
            <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
            <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
          </button>
        }
      >
        <MenuItem onSelect={() => navigate({ to: "/account" })}>
          <UserRound aria-hidden />
          Account
        </MenuItem>
        <MenuItem onSelect={() => navigate({ to: "/providers" })}>
          <Plug aria-hidden />
          Providers
        </MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={leave}>
          <LogOut aria-hidden />
          Log out
        </MenuItem>
      </Menu>
      <ThemeToggle />
    </div>
  );
}
