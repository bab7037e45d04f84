import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useDesktop } from "@/lib/media";
import { useSession } from "@/lib/session";
import { Toaster } from "@/ui/toast";
import { Tooltips } from "@/ui/tooltip";
import { Sidebar } from "./sidebar";

const TopBar = lazy(() => import("./top-bar"));

/** Everything a signed-in person sees around a page. */
export function Shell() {
  useLeaveWhenSignedOut();
  const desktop = useDesktop();
  return (
    <>
      <a
        href="#page"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-4 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to the page
      </a>
      <div className="flex h-dvh flex-col overflow-hidden lg:flex-row">
        {desktop ? (
          <aside
            aria-label="Sidebar"
            className="w-[17.5rem] shrink-0 border-line border-r bg-sunken"
          >
            <Sidebar />
          </aside>
        ) : (
          <Suspense fallback={<div className="h-13 shrink-0" />}>
            <TopBar />
          </Suspense>
        )}
        <main
          id="page"
          tabIndex={-1}
          className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none"
        >
          <Outlet />
        </main>
      </div>
      <Suspense>
        <Toaster />
      </Suspense>
      <Tooltips />
    </>
  );
}

function useLeaveWhenSignedOut() {
  const router = useRouter();
  const queries = useQueryClient();
  const status = useSession((session) => session.status);
  useEffect(() => {
    if (status === "member") return;
    queries.clear();
    router.invalidate();
  }, [status, router, queries]);
}
