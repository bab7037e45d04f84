import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type SignedIn = Schemas["SignedIn"];
export type Clone = Schemas["Clone"];
export type CloneCreate = Schemas["CloneCreate"];
export type ClonePatch = Schemas["ClonePatch"];
export type CloneSettings = Schemas["CloneSettings"];
export type SettingsPatch = Schemas["CloneSettingsPatch"];
export type Document = Schemas["Document"];
export type DocumentPatch =
  paths["/api/clones/{clone_id}/documents/{doc_id}"]["patch"]["requestBody"]["content"]["application/json"];
export type DocumentDetail = Schemas["DocumentWithContent"];
export type Chunk = Schemas["Chunk"];
export type MemoryStatus = Schemas["MemoryStatus"];
export type Source = Schemas["SourceOut"];
export type Message = Schemas["MessageOut"];
export type Conversation = Schemas["ConversationOut"];
export type ConversationDetail = Schemas["ConversationWithMessages"];
export type Providers = Schemas["Providers"];
export type Provider = Schemas["Provider"];
export type ProviderTest = Schemas["ProviderTest"];
export type ProviderTrial = Schemas["ProviderTrial"];
export type ProviderKind = ProviderTest["kind"];
export type Readiness = Schemas["Readiness"];
export type RagHealth = Schemas["RagHealth"];
export type Usage = Schemas["Usage"];
export type CloneUsage = Schemas["CloneUsage"];
export type Budget = Schemas["Budget"];

/** RFC 9457, as every error answer of the API. */
export type ProblemBody = Schemas["Problem"];
