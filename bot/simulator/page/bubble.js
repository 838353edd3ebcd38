// One item of a chat: a bubble with its buttons, an album, or a service line.

import { button, h, icon } from "./dom.js";
import { clock } from "./format.js";
import { plainText, richText } from "./html.js";
import { documentRow, guardSign, photoGrid } from "./media.js";

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
  const photos = messages.filter((one) => one.photo);
  const documents = messages.filter((one) => one.document);
  const box = h("div", { class: "bubble" });
  const speaker = first.from_bot ? context.botName : context.personName;
  box.append(h("span", { class: "sr-only", text: `${speaker}, ${clock(first.date)}: ` }));
  if (first.reply_to) box.append(replyQuote(first.reply_to, context));
  if (photos.length) box.append(photoGrid(photos, context));
  documents.forEach((message, index) => {
    box.append(documentRow(message, context));
    if (message.html && index < documents.length - 1) box.append(words(message, context));
  });
  const captioned = captionOf(messages, photos, documents);
  const meta = metaLine(messages);
  if (captioned) {
    const text = words(captioned, context);
    text.append(meta);
    if (!photos.length && !documents.length && onlyEmoji(text, meta)) box.classList.add("jumbo");
    box.append(text);
  } else {
    box.append(meta);
    box.classList.add("bare");
    if (photos.length) box.classList.add("bare-media");
  }
  if (documents.length) box.classList.add("has-document");
  if (photos.length) box.classList.add("has-media");
  if (messages.some((one) => one.protect_content)) box.classList.add("guarded");
  const reactions = messages.flatMap((one) => one.reactions ?? []);
  if (reactions.length) box.append(reactionRow(reactions));
  box.append(button({
    class: "reply-handle",
    tabindex: "-1",
    title: "Balas pesan ini",
    "aria-label": "Balas pesan ini",
    onclick: () => context.reply(first),
  }, icon("reply")));
  return box;
}

// As in the messenger: of several captions in an album of photos none is shown below it, and each
// document of an album has its own.
function captionOf(messages, photos, documents) {
  if (documents.length) return documents.at(-1).html ? documents.at(-1) : undefined;
  const captioned = messages.filter((one) => one.html || one.other);
  return photos.length && captioned.length > 1 ? undefined : captioned[0];
}

function words(message, context) {
  const text = h("div", { class: "text", lang: "id" });
  if (message.other) text.append(h("em", { text: otherMedia(message) }), message.html ? "\n" : "");
  text.append(richText(shownHtml(message), context));
  return text;
}

const OTHER_MEDIA = {
  sticker: "Stiker",
  voice: "Pesan suara",
  video: "Video",
  video_note: "Pesan video",
  audio: "Musik",
  location: "Lokasi",
  contact: "Kontak",
  poll: "Jajak pendapat",
};

function otherMedia(message) {
  const [kind] = Object.keys(message.other ?? {});
  if (!kind) return "";
  const what = message.other[kind]?.emoji ?? message.other[kind]?.question ?? OTHER_MEDIA[kind] ?? kind;
  const seconds = message.other[kind]?.duration;
  return seconds ? `${what} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : what;
}

function onlyEmoji(text, meta) {
  const words = text.textContent.slice(0, text.textContent.length - meta.textContent.length).trim();
  return /^(\p{Extended_Pictographic}[\uFE0F\u200D\u{1F3FB}-\u{1F3FF}]*){1,3}$/u.test(words);
}

function metaLine(messages) {
  const last = messages.at(-1);
  const meta = h("span", { class: "meta" });
  const guarded = messages.some((one) => one.protect_content);
  const media = messages.some((one) => one.photo || one.document);
  if (guarded && !media) meta.append(guardSign());
  if (messages.some((one) => one.edited)) meta.append(h("span", { class: "edited", text: "diedit" }));
  meta.append(h("time", { datetime: new Date(last.date * 1000).toISOString(), text: clock(last.date) }));
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
