import { currentToken, refreshSession } from "@/lib/session";

/** `fetch` with the access token; renews it once when the server says 401. */
export async function authFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const token = currentToken();
  const answer = await fetch(withToken(request, token));
  if (answer.status !== 401 || !token) return answer;
  // Another call may have renewed the token while this one was under way.
  const renewed = currentToken() !== token || (await refreshSession());
  return renewed ? fetch(withToken(again, currentToken())) : answer;
}

function withToken(request: Request, token: string | null): Request {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
