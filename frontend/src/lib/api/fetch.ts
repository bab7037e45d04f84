import { currentToken, refreshSession } from "@/lib/session";
import { UNREACHABLE } from "./problem";

/** `fetch` with the access token; renews it once when the server says 401. */
export async function authFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const token = currentToken();
  const answer = await send(request, token);
  if (answer.status !== 401 || !token) return answer;
  // Another call may have renewed the token while this one was under way.
  const renewed = currentToken() !== token || (await refreshSession());
  return renewed ? send(again, currentToken()) : answer;
}

async function send(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw UNREACHABLE;
  }
}
