// Photos as a phone sends them, and the view of a photo over the whole page.

import { button, h, icon } from "./dom.js";
import { fileUrl } from "./api.js";
import { plainText } from "./html.js";

const LONG_EDGE = 2560; // what the messenger keeps of a photo sent in high quality

// A photo larger than a phone would send is scaled down first; any other stays as it is.
export async function shrink(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return file; // not readable here: the server says what is wrong with it
  }
  const scale = LONG_EDGE / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) {
    bitmap.close();
    return file;
  }
  const canvas = h("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.87));
  return blob ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
}

// messages: the photos to leaf through; index: where to begin.
export function openLightbox(messages, index) {
  let at = index;
  const image = h("img", { class: "lightbox-photo", alt: "" });
  const caption = h("p", { class: "lightbox-caption" });
  const count = h("span", { class: "lightbox-count" });
  const save = h("a", { class: "icon-button", "aria-label": "Unduh foto", title: "Unduh" }, icon("download"));
  const several = messages.length > 1;
  const show = (step) => {
    at = (at + step + messages.length) % messages.length;
    const message = messages[at];
    image.src = fileUrl(message.photo.file_id);
    image.alt = plainText(message.html) || `Foto ${at + 1}`;
    caption.textContent = plainText(message.html);
    caption.hidden = !caption.textContent;
    count.textContent = several ? `${at + 1} dari ${messages.length}` : "";
    save.href = `${fileUrl(message.photo.file_id)}?download=1`;
    save.setAttribute("download", `foto-${message.id}.jpg`);
  };
  const dialog = h("dialog", { class: "lightbox", "aria-label": "Foto" },
    h("div", { class: "lightbox-bar" }, count, save,
      button({ class: "icon-button", "aria-label": "Tutup", title: "Tutup", onclick: () => dialog.close() }, icon("close"))),
    several ? button({ class: "lightbox-step left", "aria-label": "Foto sebelumnya", onclick: () => show(-1) }, icon("left")) : null,
    image,
    several ? button({ class: "lightbox-step right", "aria-label": "Foto berikutnya", onclick: () => show(1) }, icon("right")) : null,
    caption);
  dialog.addEventListener("keydown", (event) => {
    if (!several) return;
    if (event.key === "ArrowLeft") show(-1);
    if (event.key === "ArrowRight") show(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  show(0);
  document.body.append(dialog);
  dialog.showModal();
}
