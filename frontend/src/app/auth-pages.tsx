import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Outlet, useRouter } from "@tanstack/react-router";
import { AuthFrame } from "@/features/auth/auth-frame";
import { LoginForm } from "@/features/auth/login-form";
import { RegisterForm } from "@/features/auth/register-form";
import { startFirstRun } from "@/lib/first-run";
import { clonesQuery } from "@/lib/queries/clones";

const guest = getRouteApi("/guest");

export function AuthLayout() {
  return (
    <AuthFrame>
      <Outlet />
    </AuthFrame>
  );
}

export function LoginPage() {
  const router = useRouter();
  const { from } = guest.useSearch();
  return <LoginForm from={from} onDone={() => router.history.push(from ?? "/")} />;
}

export function RegisterPage() {
  const router = useRouter();
  const queries = useQueryClient();
  const { from } = guest.useSearch();

  // A new account starts in a chat that already works, when it came for nothing else.
  async function welcome() {
    startFirstRun();
    const [newest] = from ? [] : await queries.fetchQuery(clonesQuery({ scope: "mine" }));
    if (newest)
      await router.navigate({
        to: "/chat/$cloneId/{-$conversationId}",
        params: { cloneId: newest.id },
      });
    else router.history.push(from ?? "/");
  }

  return <RegisterForm from={from} onDone={welcome} />;
}
