// One item of a chat: a bubble with its buttons, an album, or a service line.

import { button, h, icon } from "./dom.js";
import { fileUrl } from "./api.js";
import { clock, fileSize } from "./format.js";
import { plainText, richText } from "./html.js";

// Messages of one album share an item; everything else is an item of its own.
export const itemKey = (message) => (message.media_group_id ? `g${message.media_group_id}` : `m${message.id}`);

// As in the messenger: what a deep link carries is not for reading along.
const STARTED = /^\/start \S+$/;
const shownHtml = (message) => (!message.from_bot && STARTED.test(message.html) ? "/start" : message.html);

export function excerpt(message) {
  const text = plainText(shownHtml(message));
  if (text) return text;
  if (message.photo) return "Foto";
  if (message.document) return message.document.name;
  return otherMedia(message) || (message.service ?? "Pesan");
}

// messages: one, or the members of an album in order. context: see Chat.context().
export function renderItem(messages, context) {
  const [first] = messages;
  if (first.service) return serviceItem(first);
  const side = first.from_bot ? "in" : "out";
  const item = h("li", { class: `message ${side}`, dataset: { key: itemKey(first), id: first.id, date: first.date } });
  const stack = h("div", { class: "stack" });
  stack.append(bubble(messages, context));
  const withButtons = messages.find((one) => one.buttons?.length);
  if (withButtons) {
    stack.append(inlineKeyboard(withButtons, context));
    item.classList.add("with-buttons");
  }
  item.append(stack);
  return item;
}

function serviceItem(message) {
  return h("li", { class: "message service", dataset: { key: itemKey(message), id: message.id, date: message.date } },
    h("span", { class: "pill", text: message.service }));
}

function bubble(messages, context) {
  const [first] = messages;
  const captioned = messages.find((one) => one.html || one.other);
  const photos = messages.filter((one) => one.photo);
  const documents = messages.filter((one) => one.document);
  const box = h("div", { class: "bubble" });
  const speaker = first.from_bot ? context.botName : context.personName;
  box.append(h("span", { class: "sr-only", text: `${speaker}, ${clock(first.date)}: ` }));
  if (first.reply_to) box.append(replyQuote(first.reply_to, context));
  if (photos.length) box.append(photoGrid(photos, context));
  for (const message of documents) box.append(documentRow(message, context));
  const meta = metaLine(messages);
  if (captioned) {
    const text = h("div", { class: "text", lang: "id" });
    if (captioned.other) text.append(h("em", { text: otherMedia(captioned) }), captioned.html ? "\n" : "");
    text.append(richText(shownHtml(captioned), context), meta);
    if (!photos.length && !documents.length && onlyEmoji(text, meta)) box.classList.add("jumbo");
    box.append(text);
  } else {
    box.append(meta);
    box.classList.add("bare");
    if (photos.length) box.classList.add("bare-media");
  }
  if (documents.length) box.classList.add("has-document");
  if (photos.length) box.classList.add("has-media");
  const reactions = messages.flatMap((one) => one.reactions ?? []);
  if (reactions.length) box.append(reactionRow(reactions));
  const answerable = messages[0];
  box.append(button({
    class: "reply-handle",
    tabindex: "-1",
    title: "Balas pesan ini",
    "aria-label": "Balas pesan ini",
    onclick: () => context.reply(answerable),
  }, icon("reply")));
  return box;
}

const OTHER_MEDIA = { sticker: "Stiker", voice: "Pesan suara", location: "Lokasi", contact: "Kontak", poll: "Jajak pendapat" };

function otherMedia(message) {
  const [kind] = Object.keys(message.other ?? {});
  if (!kind) return "";
  return message.other[kind]?.emoji ?? message.other[kind]?.question ?? OTHER_MEDIA[kind] ?? kind;
}

function onlyEmoji(text, meta) {
  const words = text.textContent.slice(0, text.textContent.length - meta.textContent.length).trim();
  return /^(\p{Extended_Pictographic}[\uFE0F\u200D\u{1F3FB}-\u{1F3FF}]*){1,3}$/u.test(words);
}

function metaLine(messages) {
  const last = messages.at(-1);
  const meta = h("span", { class: "meta" });
  const guarded = messages.some((one) => one.protect_content);
  if (messages.some((one) => one.edited)) meta.append(h("span", { class: "edited", text: "diedit" }));
  meta.append(h("time", { datetime: new Date(last.date * 1000).toISOString(), text: clock(last.date) }));
  if (guarded) meta.title = "Pesan ini tidak dapat diteruskan";
  if (!last.from_bot) meta.append(h("span", { class: "ticks" }, icon("check")));
  return meta;
}

function replyQuote(id, context) {
  const known = context.find(id);
  const who = known ? (known.from_bot ? context.botName : context.personName) : "Pesan";
  const text = known ? excerpt(known) : "Pesan ini sudah dihapus";
  return button({ class: "quote-reply", onclick: () => context.jumpTo(id) },
    h("span", { class: "quote-who", text: who }),
    h("span", { class: "quote-what", text }));
}

function photoGrid(messages, context) {
  const grid = h("div", { class: `photos count-${Math.min(messages.length, 4)}${messages.length % 2 && messages.length > 1 ? " odd" : ""}` });
  messages.forEach((message, index) => {
    const { photo } = message;
    const image = h("img", {
      src: fileUrl(photo.file_id),
      alt: plainText(message.html) || `Foto ${index + 1} dari ${messages.length}`,
      decoding: "async",
      draggable: false,
    });
    if (photo.width && photo.height) {
      image.width = photo.width;
      image.height = photo.height;
      if (messages.length === 1) {
        // Room is kept before the photo arrives, so nothing jumps.
        const shape = Math.min(Math.max(photo.width / photo.height, 0.62), 2.2);
        image.style.aspectRatio = String(shape);
      }
    }
    image.addEventListener("load", () => image.classList.add("loaded"), { once: true });
    image.addEventListener("error", () => image.classList.add("failed"), { once: true });
    grid.append(button({
      class: "photo",
      "aria-label": `Buka foto ${index + 1} dari ${messages.length}`,
      onclick: () => context.openPhotos(messages, index),
    }, image));
  });
  return grid;
}

function documentRow(message, context) {
  const { document } = message;
  const extension = (document.name?.match(/\.([a-z0-9]{1,5})$/i)?.[1] ?? "").toUpperCase();
  const href = fileUrl(document.file_id);
  return h("div", { class: "document" },
    h("a", { class: "document-open", href, target: "_blank", rel: "noopener", "aria-label": `Buka dokumen ${document.name}` },
      h("span", { class: `document-icon kind-${kindOf(extension)}`, "aria-hidden": "true" }, extension || icon("file")),
      h("span", { class: "document-what" },
        h("span", { class: "document-name", text: document.name ?? "Dokumen" }),
        h("span", { class: "document-size", text: fileSize(document.size) }))),
    h("a", { class: "document-save", href: `${href}?download=1`, download: document.name ?? "", title: "Unduh", "aria-label": `Unduh ${document.name}` },
      icon("download")));
}

const KINDS = { PDF: "red", XLSX: "green", XLS: "green", CSV: "green", DOCX: "blue", DOC: "blue", PPTX: "amber", ZIP: "amber" };
const kindOf = (extension) => KINDS[extension] ?? "plain";

function reactionRow(reactions) {
  const counted = new Map();
  for (const reaction of reactions) {
    const emoji = typeof reaction === "string" ? reaction : reaction.emoji;
    counted.set(emoji, (counted.get(emoji) ?? 0) + 1);
  }
  return h("div", { class: "reactions", "aria-label": "Reaksi" },
    [...counted].map(([emoji, count]) => h("span", { class: "reaction" }, emoji, count > 1 ? h("small", { text: count }) : null)));
}

const STYLES = new Set(["primary", "success", "danger"]);
const MARKS = { url: "open", copy: "copy" };

function inlineKeyboard(message, context) {
  const rows = message.buttons.map((row, rowIndex) => h("div", { class: "button-row" },
    row.map((one, column) => inlineButton(message, one, rowIndex, column, context))));
  return h("div", { class: "inline-keyboard", role: "group", "aria-label": "Tombol pesan" }, rows);
}

function inlineButton(message, one, row, column, context) {
  const style = STYLES.has(one.style) ? ` ${one.style}` : "";
  const pressed = context.isPressed(message.id, row, column);
  const mark = MARKS[one.kind];
  return button({
    class: `inline-button${style}${pressed ? " waiting" : ""}`,
    "aria-busy": pressed ? "true" : undefined,
    dataset: { place: `${message.id}:${row}:${column}` },
    onclick: (event) => context.press(message, one, row, column, event.currentTarget),
  }, h("span", { class: "label", text: one.text }), mark ? h("span", { class: "mark" }, icon(mark)) : null);
}
