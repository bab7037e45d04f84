import { authFetch } from "@/lib/api/fetch";
import { problemOf } from "@/lib/api/problem";

const NAMED = /filename\*=UTF-8''([^;]+)/i;

/** Saves a file that is only given to whoever is logged in, under the name the server has for it. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await authFetch(new Request(new URL(path, location.origin)));
  if (!answer.ok) throw await problemOf(answer);
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = nameIn(answer.headers.get("Content-Disposition")) ?? name;
  link.click();
  URL.revokeObjectURL(address);
}

function nameIn(disposition: string | null): string | null {
  const name = NAMED.exec(disposition ?? "")?.[1];
  return name ? decodeURIComponent(name) : null;
}
