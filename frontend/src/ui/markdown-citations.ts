import { createContext, type ReactNode } from "react";

export interface Citations {
  known: ReadonlySet<number>;
  render: (index: number) => ReactNode;
}

export const NO_CITATIONS: Citations = { known: new Set(), render: () => null };

export const CitationsContext = createContext<Citations>(NO_CITATIONS);
