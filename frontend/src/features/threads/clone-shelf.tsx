import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clonesQuery } from "@/lib/queries/clones";
import { Avatar } from "@/ui/avatar";

const SHELF_SIZE = 6;

/** One's own clones, one click from a chat. */
export function CloneShelf({ current }: { current: string | undefined }) {
  const { data: clones } = useQuery(clonesQuery({ scope: "mine" }));
  if (!clones?.length) return null;
  return (
    <section aria-labelledby="shelf-title">
      <h2 id="shelf-title" className="px-2 pb-1 font-medium font-sans text-muted text-xs">
        Your clones
      </h2>
      <ul>
        {clones.slice(0, SHELF_SIZE).map((clone) => (
          <li key={clone.id}>
            <Link
              to="/chat/$cloneId/{-$conversationId}"
              params={{ cloneId: clone.id, conversationId: undefined }}
              data-current={clone.id === current}
              className="flex items-center gap-2.5 rounded-md px-2 py-1.5 text-sm hover:bg-surface data-[current=true]:font-medium"
            >
              <Avatar name={clone.name} size="xs" />
              <span className="truncate">{clone.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
