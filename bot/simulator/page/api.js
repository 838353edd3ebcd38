// The page's few requests. Every refusal comes back as an Error with a sentence to show.

const HEADERS = { "X-Kawan-Page": "1" };
export const BODY_LIMIT = 50 * 1024 * 1024;
const NO_ANSWER = "Simulator tidak menjawab. Pastikan demo masih berjalan, lalu coba lagi.";

const refused = (answer, status) => new Error(answer.error ?? `Permintaan ditolak (${status}).`);

async function post(path, { json } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { ...HEADERS, "Content-Type": "application/json" },
      body: JSON.stringify(json ?? {}),
    });
  } catch {
    throw new Error(NO_ANSWER);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw refused(answer, response.status);
  return answer;
}

// Sends a form and says how much of it is under way; "signal" ends it. Only this old interface
// of browsers tells how an upload goes.
function upload(path, form, { onProgress, signal }) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total ? loaded / total : 0);
    request.onload = () => {
      const answer = request.response ?? {};
      if (request.status >= 200 && request.status < 300) done(answer);
      else failed(refused(answer, request.status));
    };
    request.onerror = () => failed(new Error(NO_ANSWER));
    request.onabort = () => failed(new Cancelled());
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

// The person changed their mind; nothing to complain about.
export class Cancelled extends Error {}

const person = (id, action) => `/api/people/${encodeURIComponent(id)}/${action}`;

export const start = (id, token) => post(person(id, "start"), { json: { token: token ?? null } });
export const sendText = (id, text, replyTo) => post(person(id, "text"), { json: { text, reply_to: replyTo ?? null } });
export const tap = (id, messageId, data) => post(person(id, "tap"), { json: { message_id: messageId, data } });
export const sendVoice = (id) => post(person(id, "voice"));
export const block = (id, blocked) => post(person(id, "block"), { json: { blocked } });
export const moveClock = (to) => post("/api/clock", { json: { to } });
export const restart = () => post("/api/restart");

// Files made for somebody who has none at hand.
export async function sampleFiles(id, sample) {
  const { files } = await post(`/api/samples/${encodeURIComponent(sample)}/${encodeURIComponent(id)}`);
  return files.map(({ name, mime, data }) => new File([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], name, { type: mime }));
}

// How an upload goes is told by "onProgress", from 0 to 1; "signal" ends it.
export function sendFiles(id, files, { caption, asDocuments, replyTo, onProgress, signal }) {
  const form = new FormData();
  form.set("kind", asDocuments ? "document" : "photo");
  form.set("caption", caption);
  form.set("reply_to", replyTo ?? "");
  for (const file of files) form.append("files", file, file.name);
  return upload(person(id, "files"), form, { onProgress, signal });
}

export const fileUrl = (fileId) => `/api/files/${encodeURIComponent(fileId)}`;
