// Photos and documents inside a bubble.

import { button, h, icon } from "./dom.js";
import { fileUrl } from "./api.js";
import { fileSize } from "./format.js";
import { plainText } from "./html.js";

// How many photos of an album lie side by side, row by row.
const ROWS = { 2: [2], 3: [1, 2], 4: [2, 2], 5: [2, 3], 6: [3, 3], 7: [2, 2, 3], 8: [2, 3, 3], 9: [3, 3, 3], 10: [2, 2, 3, 3] };
const rowsOf = (count) => ROWS[count] ?? [1];

export const GUARDED = "Dilindungi: tidak dapat disimpan atau diteruskan";

export function guardSign() {
  return h("span", { class: "guard", title: GUARDED, role: "img", "aria-label": GUARDED }, icon("lock"));
}

export function photoGrid(messages, context) {
  const guarded = messages.some((one) => one.protect_content);
  const alone = messages.length === 1;
  const grid = h("div", { class: `photos ${alone ? "alone" : "album"}` });
  const widths = rowsOf(messages.length).flatMap((inRow) => Array(inRow).fill(6 / inRow));
  messages.forEach((message, index) => {
    grid.append(button({
      class: `photo span-${widths[index] ?? 3}`,
      "aria-label": `Buka foto ${index + 1} dari ${messages.length}`,
      onclick: () => context.openPhotos(messages, index),
    }, picture(message, `Foto ${index + 1} dari ${messages.length}`, alone)));
  });
  if (guarded) grid.append(guardSign());
  return grid;
}

function picture(message, name, alone) {
  const { photo } = message;
  const image = h("img", {
    loading: "lazy",
    decoding: "async",
    alt: plainText(message.html) || name,
    draggable: false,
    src: fileUrl(photo.file_id),
  });
  if (photo.width && photo.height) {
    image.width = photo.width;
    image.height = photo.height;
    // Room is kept before the photo arrives, so nothing jumps.
    if (alone) image.style.aspectRatio = String(Math.min(Math.max(photo.width / photo.height, 0.62), 2.2));
  }
  image.addEventListener("load", () => image.classList.add("loaded"), { once: true });
  image.addEventListener("error", () => {
    image.classList.add("failed");
    image.closest(".photo")?.append(h("span", { class: "photo-failed" }, icon("photo"), "Foto tidak terbaca"));
  }, { once: true });
  return image;
}

export function documentRow(message, context) {
  const { document, protect_content: guarded } = message;
  const name = document.name || "Dokumen";
  const extension = (name.match(/\.([a-z0-9]{1,5})$/i)?.[1] ?? "").toUpperCase();
  const href = fileUrl(document.file_id);
  const what = [
    h("span", { class: `document-icon kind-${kindOf(extension)}`, "aria-hidden": "true" }, extension || icon("file")),
    h("span", { class: "document-what" },
      h("bdi", { class: "document-name", title: name, text: name }),
      h("span", { class: "document-size", text: fileSize(document.size) })),
  ];
  const open = { class: "document-open", "aria-label": `Buka dokumen ${name}` };
  if (guarded) {
    return h("div", { class: "document" },
      button({ ...open, onclick: () => context.openDocument(message) }, what), guardSign());
  }
  return h("div", { class: "document" },
    h("a", { ...open, href, target: "_blank", rel: "noopener" }, what),
    h("a", { class: "document-save", href: `${href}?download=1`, download: name, title: "Unduh", "aria-label": `Unduh ${name}` },
      icon("download")));
}

const KINDS = { PDF: "red", XLSX: "green", XLS: "green", CSV: "green", DOCX: "blue", DOC: "blue", PPTX: "amber", ZIP: "amber" };
const kindOf = (extension) => KINDS[extension] ?? "plain";
