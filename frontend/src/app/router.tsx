import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { settleSession } from "@/lib/session";
import { Broken, NotFound, Pending } from "./fallbacks";
import { authSearch, gallerySearch, knowledgeSearch, settingsSearch, wizardSearch } from "./search";

const rootRoute = createRootRoute({ notFoundComponent: NotFound });

const guestRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "guest",
  validateSearch: authSearch,
  beforeLoad: async ({ search }) => {
    if ((await settleSession()).status === "member") throw redirect({ href: search.from ?? "/" });
  },
  component: lazyRouteComponent(() => import("./auth-pages"), "AuthLayout"),
});

const loginRoute = createRoute({
  getParentRoute: () => guestRoute,
  path: "/login",
  component: lazyRouteComponent(() => import("./auth-pages"), "LoginPage"),
});

const registerRoute = createRoute({
  getParentRoute: () => guestRoute,
  path: "/register",
  component: lazyRouteComponent(() => import("./auth-pages"), "RegisterPage"),
});

const memberRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "member",
  beforeLoad: async ({ location }) => {
    if ((await settleSession()).status === "member") return;
    const from = location.href === "/" ? undefined : location.href;
    throw redirect({ to: "/login", search: { from } });
  },
  component: lazyRouteComponent(() => import("./shell"), "Shell"),
});

const galleryRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/",
  validateSearch: gallerySearch,
  component: lazyRouteComponent(() => import("./pages/gallery"), "GalleryPage"),
});

const newCloneRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/clones/new",
  validateSearch: wizardSearch,
  component: lazyRouteComponent(() => import("./pages/new-clone"), "NewClonePage"),
});

const knowledgeRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/clones/$cloneId/knowledge",
  validateSearch: knowledgeSearch,
  component: lazyRouteComponent(() => import("./pages/knowledge"), "KnowledgePage"),
});

const memoryRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/clones/$cloneId/memory",
  component: lazyRouteComponent(() => import("./pages/memory"), "MemoryPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/clones/$cloneId/settings",
  validateSearch: settingsSearch,
  component: lazyRouteComponent(() => import("./pages/settings"), "SettingsPage"),
});

const chatRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/chat/$cloneId/{-$conversationId}",
  component: lazyRouteComponent(() => import("./pages/chat"), "ChatPage"),
});

const accountRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("@/features/account/account-screen"), "AccountScreen"),
});

const providersRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/providers",
  component: lazyRouteComponent(
    () => import("@/features/providers/providers-screen"),
    "ProvidersScreen",
  ),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    guestRoute.addChildren([loginRoute, registerRoute]),
    memberRoute.addChildren([
      galleryRoute,
      newCloneRoute,
      knowledgeRoute,
      memoryRoute,
      settingsRoute,
      chatRoute,
      accountRoute,
      providersRoute,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: Pending,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
