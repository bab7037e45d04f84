import { create } from "zustand";
import type { Clone, SignedIn, User } from "@/lib/api/types";

type Session = { status: "unknown" } | { status: "guest" } | { status: "member"; user: User };

/** Says that a refresh cookie probably exists, so that guests do not ask in vain. */
const HINT = "clonememoria.member";

/** When a refresh was begun that has not ended, and how long one takes at most. */
const RENEWING = "clonememoria.renewing";
const RENEWING_MS = 1_000;

export const useSession = create<Session>(() => ({ status: "unknown" }));

/** Whether the signed-in person made this clone, and so may look into its documents. */
export function useOwns({ creator_id }: Pick<Clone, "creator_id">): boolean {
  return useSession((session) => session.status === "member" && session.user.id === creator_id);
}

let accessToken: string | null = null;
let refreshing: Promise<boolean> | null = null;

export function currentToken(): string | null {
  return accessToken;
}

export function signIn(answer: SignedIn): void {
  accessToken = answer.access_token;
  localStorage.setItem(HINT, "1");
  useSession.setState({ status: "member", user: answer.user }, true);
}

export function signOut(): void {
  accessToken = null;
  localStorage.removeItem(HINT);
  useSession.setState({ status: "guest" }, true);
}

export function updateUser(user: User): void {
  useSession.setState({ status: "member", user }, true);
}

/** Rotates the refresh cookie once, however many callers ask meanwhile. */
export function refreshSession(): Promise<boolean> {
  refreshing ??= oneTabAtATime(rotate).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Restores the session of an earlier visit; resolves to the settled status. */
export async function settleSession(): Promise<Session> {
  if (useSession.getState().status === "unknown") {
    if (localStorage.getItem(HINT)) await refreshSession();
    else signOut();
  }
  return useSession.getState();
}

async function rotate(): Promise<boolean> {
  await lastPageToFinish();
  localStorage.setItem(RENEWING, String(Date.now()));
  // A reload must not lose the answer, and with it the only cookie that still counts.
  const answer = await fetch("/api/auth/refresh", { method: "POST", keepalive: true });
  localStorage.removeItem(RENEWING);
  if (answer.ok) signIn((await answer.json()) as SignedIn);
  else if (answer.status === 401 || answer.status === 403) signOut();
  else throw new Error(`The session could not be renewed (${answer.status}).`);
  return answer.ok;
}

/** A page that was left in the middle of it may not have its new cookie stored yet. */
async function lastPageToFinish(): Promise<void> {
  const left = Number(localStorage.getItem(RENEWING)) + RENEWING_MS - Date.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(left, RENEWING_MS)));
}

// Two tabs sending the same cookie would look like a stolen one and end the session.
function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request("clonememoria.refresh", work) as Promise<T>;
}
