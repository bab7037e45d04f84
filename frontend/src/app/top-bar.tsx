import { useRouterState } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { useState } from "react";
import { Drawer } from "@/ui/dialog";
import { IconButton } from "@/ui/icon-button";
import { Logo } from "@/ui/logo";
import { Sidebar } from "./sidebar";

/** On small screens the sidebar hides behind a button. */
export default function TopBar() {
  const [open, setOpen] = useState(false);
  const address = useRouterState({ select: (state) => state.location.href });
  const [shownAt, setShownAt] = useState(address);
  // Following a link in the drawer closes it.
  if (shownAt !== address) {
    setShownAt(address);
    setOpen(false);
  }
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-line border-b bg-sunken px-3">
      <IconButton label="Open the menu" onClick={() => setOpen(true)}>
        <Menu aria-hidden />
      </IconButton>
      <Logo />
      <Drawer open={open} onOpenChange={setOpen} title="Menu">
        <Sidebar />
      </Drawer>
    </header>
  );
}
