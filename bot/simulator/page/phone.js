// One phone: who holds it, the chat, the composer, and what lies over them for a moment.

import { announce, button, h, icon, popover } from "./dom.js";
import * as api from "./api.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { phoneClock } from "./format.js";
import { plainText } from "./html.js";
import { GUARDED } from "./media.js";
import { Picker } from "./picker.js";
import { openDocument, openPhotos } from "./viewer.js";

const TOAST_TIME = 4200;
const ACTION_TIME = 6000; // a chat action fades by itself
const PRESS_TIME = 15_000; // a button nobody answers stops waiting

const ACTIONS = {
  typing: "mengetik",
  upload_photo: "mengirim foto",
  upload_document: "mengirim dokumen",
  upload_video: "mengirim video",
  record_voice: "merekam suara",
  choose_sticker: "memilih stiker",
};

let touchedLast = null; // the phone the reader used last: only it may take the focus

export class Phone {
  constructor(index, store, { choose }) {
    this.index = index;
    this.id = `phone-${index}`;
    this.store = store;
    this.person = null;
    this.pressed = new Map(); // "message:row:column" -> timer
    this.picker = new Picker(this, store, (person) => choose(this, person));
    this.chat = new Chat(this, store);
    this.composer = new Composer(this);
    this.build();
    this.listen();
  }

  build() {
    this.time = h("span", { class: "status-time" });
    this.title = h("h2", { class: "bot-name" });
    this.subtitle = h("p", { class: "bot-state", text: "bot" });
    this.more = button({ class: "icon-button", "aria-label": "Menu percakapan", title: "Menu", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openMenu() }, icon("more"));
    this.pinText = h("span", { class: "quote-what" });
    this.pinBar = button({ class: "pin-bar", hidden: true, onclick: () => this.chat.jumpTo(this.pinnedId) },
      h("span", { class: "pin-label" }, h("span", { class: "quote-who", text: "Pesan tersemat" }), this.pinText), icon("pin"));
    this.toasts = h("div", { class: "toasts", role: "status" });
    this.drop = h("div", { class: "drop", hidden: true }, icon("clip"), h("strong", { text: "Lepaskan untuk melampirkan" }),
      h("span", { text: "Foto atau dokumen, paling banyak 50 MB" }));
    this.inside = h("div", { class: "screen-inside" },
      h("div", { class: "status-bar", "aria-hidden": "true" }, this.time, h("span", { class: "status-signs" }, h("i", { class: "signal" }), h("i", { class: "battery" }))),
      h("header", { class: "chat-header" },
        h("span", { class: "avatar bot", "aria-hidden": "true" }, icon("tick")),
        h("div", { class: "chat-title" }, this.title, this.subtitle),
        this.more),
      this.pinBar,
      this.chat.element,
      this.composer.element);
    this.chat.element.append(this.toasts);
    this.screen = h("div", { class: "screen" }, this.inside, this.drop);
    this.element = h("section", { class: "phone", id: this.id }, this.picker.element, h("div", { class: "frame" }, this.screen));
  }

  listen() {
    this.element.addEventListener("pointerdown", () => this.touched(), true);
    this.element.addEventListener("focusin", () => this.touched());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.alertOpen) this.closeAlert();
    });
    let depth = 0;
    const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    this.screen.addEventListener("dragenter", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      this.drop.hidden = false;
    });
    this.screen.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    this.screen.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) this.drop.hidden = true;
    });
    this.screen.addEventListener("drop", (event) => {
      depth = 0;
      this.drop.hidden = true;
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.composer.addFiles([...event.dataTransfer.files]);
    });

    const mine = (handler) => (detail) => detail.person === this.person && handler(detail);
    this.store.on("world", ({ afresh }) => {
      if (this.person === null) return;
      if (afresh) this.show(this.person);
      else this.reload();
    });
    this.store.on("cast", () => this.person !== null && this.refresh());
    this.store.on("message", mine((detail) => this.messageChanged(detail)));
    this.store.on("state", mine(({ change }) => this.stateChanged(change)));
    this.store.on("answer", mine((answer) => this.answered(answer)));
    this.store.on("action", mine(({ action }) => this.showAction(action)));
    this.store.on("clock", () => {
      this.tick();
      this.chat.refreshDays();
    });
  }

  // ---- who and what -----------------------------------------------------------------------

  get data() {
    return this.store.chat(this.person);
  }

  get member() {
    return this.store.member(this.person);
  }

  get personName() {
    return this.member?.name ?? this.data.person.first_name ?? "";
  }

  show(person) {
    this.person = person;
    this.pressed.forEach(clearTimeout);
    this.pressed.clear();
    this.closeAlert();
    this.toasts.replaceChildren();
    this.showAction(null);
    this.chat.show(person);
    this.composer.reset();
    this.refresh();
    this.noticed();
  }

  // The line was broken for a moment: what is written and where one reads stays.
  reload() {
    this.pressed.forEach(clearTimeout);
    this.pressed.clear();
    this.chat.rebuild();
    this.refresh();
  }

  refresh() {
    this.title.textContent = this.store.bot.name;
    this.element.setAttribute("aria-label", `Ponsel ${this.personName}`);
    this.element.dataset.person = this.person;
    this.picker.refresh();
    this.composer.refresh();
    this.refreshPin();
    this.screen.classList.toggle("is-blocked", Boolean(this.data.blocked));
    this.tick();
  }

  refreshPin() {
    [this.pinnedId] = this.data.pinned; // the newest comes first
    const message = this.pinnedId ? this.findMessage(this.pinnedId) : undefined;
    this.pinBar.hidden = !message;
    if (message) this.pinText.textContent = this.chat.describe(message);
  }

  tick() {
    this.time.textContent = phoneClock(this.store.now());
  }

  findMessage(id) {
    return this.store.message(this.person, id);
  }

  touched() {
    touchedLast = this;
    this.noticed();
  }

  wasTouchedLast() {
    return touchedLast === this;
  }

  isVisible() {
    return this.element.offsetParent !== null && document.visibilityState === "visible";
  }

  // Is this person's newest message in front of the reader?
  isWatched() {
    return this.isVisible() && this.chat.pinned;
  }

  noticed() {
    if (this.person !== null && this.isWatched()) this.store.markRead(this.person);
  }

  // ---- what happens in the chat -----------------------------------------------------------

  messageChanged(detail) {
    const before = this.data.messages.length;
    this.chat.update(detail);
    const message = this.findMessage(detail.id);
    if (detail.kind === "new" && message?.from_bot) {
      this.showAction(null);
      announce(`${this.store.bot.name} kepada ${this.personName}: ${this.chat.describe(message)}`);
    }
    if (before <= 1) this.composer.refresh();
    if (this.pinnedId) this.refreshPin();
  }

  stateChanged(change) {
    if ("reply_keyboard" in change && change.reply_keyboard) this.composer.keyboardHidden = false;
    this.refresh();
    if ("force_reply" in change) this.composer.refresh(true);
    this.chat.toBottomIfPinned();
  }

  showAction(action) {
    clearTimeout(this.actionTimer);
    const words = action ? (ACTIONS[action] ?? "mengetik") : null;
    this.subtitle.classList.toggle("busy", Boolean(words));
    if (!words) {
      this.subtitle.textContent = "bot";
      return;
    }
    this.subtitle.textContent = `${words}…`;
    this.actionTimer = setTimeout(() => this.showAction(null), ACTION_TIME);
  }

  // ---- what the person does ---------------------------------------------------------------

  async send(text, replyTo = null) {
    const started = /^\/start(?:@\w+)?(?:\s+(\S+))?$/.exec(text);
    if (started && !replyTo) return api.start(this.person, started[1] ?? null);
    return api.sendText(this.person, text, replyTo?.id);
  }

  attempt(work) {
    return work.catch((error) => this.toast(error.message));
  }

  start(token = null) {
    return this.attempt(api.start(this.person, token));
  }

  openInvitation() {
    return this.start(this.member?.invitation);
  }

  setBlocked(blocked) {
    return this.attempt(api.block(this.person, blocked));
  }

  replyTo(message) {
    this.composer.setTarget(message);
  }

  openPhotos(messages, index) {
    openPhotos(messages, index);
  }

  openDocument(message) {
    if (!openDocument(message)) this.toast("Dokumen ini dilindungi. Di sini hanya foto dan PDF yang dapat dilihat.");
  }

  // Links to this very bot act inside the phone; anything else opens in a new tab.
  followLink(href) {
    const match = /^https?:\/\/(?:t\.me|telegram\.me)\/([A-Za-z0-9_]+)(?:\?start=([A-Za-z0-9_-]+))?$/.exec(href);
    if (!match || match[1].toLowerCase() !== (this.store.bot.username ?? "").toLowerCase()) return false;
    if (match[2]) this.start(match[2]);
    return true;
  }

  // ---- pressing buttons -------------------------------------------------------------------

  isPressed(id, row, column) {
    return this.pressed.has(`${id}:${row}:${column}`);
  }

  press(message, one, row, column) {
    if (one.kind === "url") {
      if (!this.followLink(one.url)) window.open(one.url, "_blank", "noopener,noreferrer");
      return;
    }
    if (one.kind === "copy") {
      this.copy(one.copy);
      return;
    }
    if (one.kind !== "callback") {
      this.toast("Tombol jenis ini tidak tersedia di demo.");
      return;
    }
    const key = `${message.id}:${row}:${column}`;
    if (this.pressed.has(key)) return;
    this.pressed.set(key, setTimeout(() => this.release(key), PRESS_TIME));
    this.markWaiting(key, true);
    api.tap(this.person, message.id, one.data).catch((error) => {
      this.release(key);
      this.toast(error.message);
    });
  }

  markWaiting(key, waiting) {
    const element = this.chat.list.querySelector(`[data-place="${key}"]`);
    element?.classList.toggle("waiting", waiting);
    if (waiting) element?.setAttribute("aria-busy", "true");
    else element?.removeAttribute("aria-busy");
  }

  release(key) {
    clearTimeout(this.pressed.get(key));
    this.pressed.delete(key);
    this.markWaiting(key, false);
  }

  answered({ message_id: messageId, text, show_alert: alert, url }) {
    for (const key of [...this.pressed.keys()]) {
      if (messageId === undefined || messageId === null || key.startsWith(`${messageId}:`)) this.release(key);
    }
    if (url) this.followLink(url);
    if (!text) return;
    if (alert) this.alert(text);
    else this.toast(text);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.toast("Teks disalin.");
    } catch {
      this.toast("Teks tidak dapat disalin di peramban ini.");
    }
  }

  // ---- over the chat ----------------------------------------------------------------------

  toast(text) {
    const toast = h("div", { class: "toast", text });
    this.toasts.replaceChildren(toast);
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => toast.remove(), Math.max(TOAST_TIME, text.length * 60));
  }

  alert(text) {
    this.closeAlert();
    const textId = `${this.id}-alert`;
    const back = document.activeElement;
    const ok = button({ class: "text-button", text: "OK", onclick: () => this.closeAlert() });
    this.alertOpen = h("div", { class: "alert-layer" },
      h("div", { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": this.store.bot.name, "aria-describedby": textId },
        h("strong", { text: this.store.bot.name }), h("p", { id: textId, text }), ok));
    this.alertBack = back;
    this.inside.inert = true;
    this.screen.append(this.alertOpen);
    ok.focus({ preventScroll: true });
  }

  closeAlert() {
    if (!this.alertOpen) return;
    this.alertOpen.remove();
    this.alertOpen = null;
    this.inside.inert = false;
    if (this.alertBack?.isConnected) this.alertBack.focus({ preventScroll: true });
    else this.chat.scroller.focus({ preventScroll: true });
  }

  openMenu() {
    const { blocked } = this.data;
    const item = (name, text, action, style = "") => button({
      class: `menu-item ${style}`,
      role: "menuitem",
      onclick: () => {
        close();
        action();
      },
    }, icon(name), text);
    const blockSwitch = button({
      class: "menu-item switch-item",
      role: "menuitemcheckbox",
      "aria-checked": String(Boolean(blocked)),
      onclick: () => {
        close();
        this.setBlocked(!blocked);
      },
    }, icon("block"), h("span", { text: "Blokir bot" }), h("span", { class: "switch", "aria-hidden": "true" }));
    const menu = h("div", { class: "menu chat-menu", role: "menu", "aria-label": "Menu percakapan" },
      blocked ? null : item("play", "Kirim /start", () => this.start()),
      item("down", "Ke pesan terbaru", () => this.chat.toBottom(true)),
      blockSwitch);
    if (this.more.getAttribute("aria-expanded") === "true") return;
    const close = popover(this.more, menu, { host: this.inside });
  }

  openMessageMenu(message, x, y) {
    const box = this.screen.getBoundingClientRect();
    const text = plainText(message.html) || message.text || "";
    const item = (name, label, action) => button({
      class: "menu-item",
      role: "menuitem",
      onclick: () => {
        close(false);
        action();
      },
    }, icon(name), label);
    const menu = h("div", { class: "menu message-menu", role: "menu", "aria-label": "Menu pesan" },
      item("reply", "Balas", () => this.replyTo(message)),
      text && !message.protect_content ? item("copy", "Salin teks", () => this.copy(text)) : null,
      message.protect_content ? h("p", { class: "menu-note" }, icon("lock"), GUARDED) : null);
    const close = popover(null, menu, { host: this.inside, back: this.chat.scroller });
    menu.style.left = `${Math.min(x - box.left, box.width - menu.offsetWidth - 8)}px`;
    menu.style.top = `${Math.min(y - box.top, box.height - menu.offsetHeight - 8)}px`;
  }
}
