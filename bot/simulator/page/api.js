// The page's few requests. Every refusal comes back as an Error with a sentence to show.

const HEADERS = { "X-Kawan-Page": "1" };
export const BODY_LIMIT = 25 * 1024 * 1024;

async function post(path, { json, form } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: form ? HEADERS : { ...HEADERS, "Content-Type": "application/json" },
      body: form ?? JSON.stringify(json ?? {}),
    });
  } catch {
    throw new Error("Simulator tidak menjawab. Pastikan demo masih berjalan, lalu coba lagi.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `Permintaan ditolak (${response.status}).`);
  return answer;
}

const person = (id, action) => `/api/people/${encodeURIComponent(id)}/${action}`;

export const start = (id, token) => post(person(id, "start"), { json: { token: token ?? null } });
export const sendText = (id, text, replyTo) => post(person(id, "text"), { json: { text, reply_to: replyTo ?? null } });
export const tap = (id, messageId, data) => post(person(id, "tap"), { json: { message_id: messageId, data } });
export const block = (id, blocked) => post(person(id, "block"), { json: { blocked } });
export const moveClock = (to) => post("/api/clock", { json: { to } });
export const restart = () => post("/api/restart");

export function sendFiles(id, files, { caption, asDocuments }) {
  const form = new FormData();
  form.set("kind", asDocuments ? "document" : "photo");
  form.set("caption", caption);
  for (const file of files) form.append("files", file, file.name);
  return post(person(id, "files"), { form });
}

export const fileUrl = (fileId) => `/api/files/${encodeURIComponent(fileId)}`;
