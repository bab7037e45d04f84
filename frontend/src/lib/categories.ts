/** The categories a clone may have, in the order people look for them. */
export const CATEGORIES = [
  { value: "education", label: "Education" },
  { value: "business", label: "Business" },
  { value: "medical", label: "Health" },
  { value: "finance", label: "Finance" },
  { value: "legal", label: "Legal" },
  { value: "coaching", label: "Coaching" },
  { value: "ai", label: "AI and technology" },
  { value: "other", label: "Other" },
] as const;

export type Category = (typeof CATEGORIES)[number]["value"];

export function categoryLabel(category: string): string {
  return CATEGORIES.find(({ value }) => value === category)?.label ?? "Other";
}
