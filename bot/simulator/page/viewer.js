// Looking at photos and documents over the whole page.

import { button, h, icon } from "./dom.js";
import { fileUrl } from "./api.js";
import { plainText } from "./html.js";
import { GUARDED } from "./media.js";

const PICTURE = /^image\/(jpeg|png|webp|gif)$/;

// What of a message a browser can show here; undefined for other documents.
function sight({ photo, document, html, protect_content: guarded, id }) {
  const caption = plainText(html);
  if (photo) return { file: photo.file_id, caption, guarded, name: `foto-${id}.jpg`, kind: "photo" };
  const { file_id: file, name, mime } = document;
  if (PICTURE.test(mime)) return { file, caption: caption || name, guarded, name, kind: "photo" };
  if (mime === "application/pdf") return { file, caption: "", guarded, name, kind: "pdf" };
  return undefined;
}

// messages: photos to leaf through; index: where to begin.
export function openPhotos(messages, index) {
  open(messages.map(sight), index);
}

// Returns false where a browser cannot show this kind of document.
export function openDocument(message) {
  const found = sight(message);
  if (found) open([found], 0);
  return Boolean(found);
}

function open(sights, index) {
  let at = index;
  const several = sights.length > 1;
  const stage = h("div", { class: "lightbox-stage" });
  const caption = h("p", { class: "lightbox-caption" });
  const title = h("span", { class: "lightbox-count" });
  const saving = h("span", { class: "lightbox-saving" });
  const show = (step) => {
    at = (at + step + sights.length) % sights.length;
    const one = sights[at];
    stage.replaceChildren(one.kind === "pdf" ? pages(one) : photo(one, at));
    caption.textContent = one.caption;
    caption.hidden = !one.caption;
    title.textContent = several ? `${at + 1} dari ${sights.length}` : one.kind === "pdf" ? one.name : "";
    saving.replaceChildren(one.guarded ? guardNote() : saveLink(one));
  };
  const close = button({ class: "icon-button", "aria-label": "Tutup", title: "Tutup", onclick: () => dialog.close() }, icon("close"));
  const dialog = h("dialog", { class: "lightbox", "aria-label": sights[at].kind === "pdf" ? "Dokumen" : "Foto" },
    h("div", { class: "lightbox-bar" }, title, saving, close),
    several ? step("left", "Foto sebelumnya", () => show(-1)) : null,
    stage,
    several ? step("right", "Foto berikutnya", () => show(1)) : null,
    caption);
  dialog.addEventListener("keydown", (event) => {
    if (!several) return;
    if (event.key === "ArrowLeft") show(-1);
    if (event.key === "ArrowRight") show(1);
  });
  dialog.addEventListener("click", (event) => (event.target === dialog || event.target === stage) && dialog.close());
  dialog.addEventListener("contextmenu", (event) => sights[at].guarded && event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  show(0);
  document.body.append(dialog);
  dialog.showModal();
}

function photo(one, at) {
  return h("img", { class: "lightbox-photo", alt: one.caption || `Foto ${at + 1}`, draggable: false, src: fileUrl(one.file) });
}

// The browser's own reader, without its tools: the document is not for saving.
function pages(one) {
  return h("iframe", { class: "lightbox-pages", title: one.name, src: `${fileUrl(one.file)}#toolbar=0&navpanes=0&view=FitH` });
}

function saveLink(one) {
  return h("a", { class: "icon-button", "aria-label": "Unduh foto", title: "Unduh", href: `${fileUrl(one.file)}?download=1`, download: one.name }, icon("download"));
}

function guardNote() {
  return h("span", { class: "lightbox-guard", title: GUARDED }, icon("lock"), "Dilindungi");
}

function step(side, label, go) {
  return button({ class: `lightbox-step ${side}`, "aria-label": label, onclick: go }, icon(side));
}
