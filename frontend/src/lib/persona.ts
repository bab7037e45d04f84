/** The parts of a persona that the model is told about. */
export interface Persona {
  name: string;
  bio: string;
  credentials_qualifications: string;
  communication_style: Record<string, string>;
}

/**
 * What the server tells the model about a persona without instructions of its own; mirrors
 * `_describe` in chat/prompt.py, so that editing starts from the real text.
 */
export function generatedInstructions(persona: Persona): string {
  const style = Object.entries(persona.communication_style)
    .filter(([, value]) => value)
    .map(([key, value]) => `${key}: ${value}`)
    .join("; ");
  const credentials = persona.credentials_qualifications;
  return [
    persona.bio,
    credentials && `Credentials: ${credentials}`,
    style && `Your manner of speaking: ${style}.`,
    `Speak in the first person, as ${persona.name || "the clone"}, in the language of the question.`,
  ]
    .filter(Boolean)
    .join("\n");
}

/** The choices offered; a clone made elsewhere may say anything. */
export const STYLE_CHOICES = {
  tone: ["warm", "matter-of-fact", "encouraging", "precise", "humorous"],
  formality: ["casual", "neutral", "formal"],
  length: ["brief", "balanced", "detailed"],
} as const;

export type StyleKey = keyof typeof STYLE_CHOICES;

export function styleOptions(key: StyleKey, current: string | undefined) {
  const choices: string[] = [...STYLE_CHOICES[key]];
  if (current && !choices.includes(current)) choices.push(current);
  const options = choices.map((value) => ({
    value,
    label: `${value[0]?.toUpperCase()}${value.slice(1)}`,
  }));
  return [{ value: "", label: "Not set" }, ...options];
}

export function withoutBlanks(style: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(style).filter(([, value]) => value.trim() !== ""));
}
