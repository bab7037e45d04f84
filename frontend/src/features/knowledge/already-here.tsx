interface AlreadyHereProps {
  first: { id: string; title: string };
  onOpen: (documentId: string) => void;
}

/** Says of a duplicate what it is a duplicate of, and leads there. */
export function AlreadyHere({ first, onOpen }: AlreadyHereProps) {
  return (
    <>
      Already here as{" "}
      <button
        type="button"
        className="break-words text-left font-medium text-accent underline underline-offset-2"
        onClick={() => onOpen(first.id)}
      >
        “<bdi>{first.title}</bdi>”
      </button>
    </>
  );
}
