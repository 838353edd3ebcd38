// The lower part of a phone: text, attachments, command menu, reply keyboard, START.

import { button, h, icon, popover } from "./dom.js";
import * as api from "./api.js";
import { Tray } from "./tray.js";

const LONGEST_TEXT = 4096;
const LONGEST_CAPTION = 1024;
const SAMPLE_ICONS = { photo: "photo", album: "album", document: "file" };

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.target = null; // the message being answered
    this.targetIsForced = false;
    this.keyboardHidden = false;
    this.build();
  }

  build() {
    const { phone } = this;
    this.targetWho = h("span", { class: "quote-who" });
    this.targetWhat = h("span", { class: "quote-what" });
    this.targetBar = h("div", { class: "target-bar", hidden: true },
      icon("reply"),
      h("div", { class: "target-text" }, this.targetWho, this.targetWhat),
      button({ class: "icon-button", "aria-label": "Batalkan balasan", onclick: () => this.clearTarget(true) }, icon("close")));

    this.tray = new Tray({ changed: () => this.trayChanged(), refocus: () => this.input.focus({ preventScroll: true }) });
    this.commandList = h("div", { class: "command-list", role: "listbox", "aria-label": "Daftar perintah", hidden: true, id: `${phone.id}-commands` });

    this.input = h("textarea", {
      rows: "1",
      placeholder: "Tulis pesan…",
      "aria-label": "Tulis pesan",
      "aria-controls": `${phone.id}-commands`,
      "aria-autocomplete": "list",
      enterkeyhint: "send",
      oninput: () => this.typed(),
      onkeydown: (event) => this.keyed(event),
      onpaste: (event) => this.pasted(event),
      onblur: () => setTimeout(() => this.hideCommands(), 150),
    });
    this.menuButton = button({ class: "menu-button", "aria-label": "Menu perintah", "aria-haspopup": "listbox", hidden: true, onclick: () => this.toggleCommands() },
      icon("slash"), h("span", { text: "Menu" }));
    this.attach = button({ class: "icon-button attach", "aria-label": "Lampirkan foto atau dokumen", title: "Lampirkan", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openAttach() }, icon("clip"));
    this.keyboardToggle = button({ class: "icon-button", "aria-label": "Tampilkan atau sembunyikan papan tombol", title: "Papan tombol", hidden: true, onclick: () => this.toggleKeyboard() }, icon("keyboard"));
    this.sendButton = button({ class: "send", "aria-label": "Kirim", title: "Kirim", disabled: true, onclick: () => this.submit() }, icon("send"));
    this.photoInput = h("input", { type: "file", accept: "image/*", multiple: true, hidden: true, dataset: { kind: "photo" }, onchange: () => this.picked(this.photoInput, false) });
    this.documentInput = h("input", { type: "file", multiple: true, hidden: true, dataset: { kind: "document" }, onchange: () => this.picked(this.documentInput, true) });
    this.row = h("div", { class: "composer-row" },
      this.menuButton,
      h("div", { class: "field" }, this.attach, this.input, this.keyboardToggle),
      this.sendButton, this.photoInput, this.documentInput);

    this.keyboard = h("div", { class: "reply-keyboard", role: "group", "aria-label": "Papan tombol balasan", hidden: true });
    this.invitation = h("div", { class: "invitation", hidden: true },
      icon("ticket"),
      h("span", { class: "invitation-text", text: "Punya undangan:" }),
      button({ class: "invitation-open", text: "Buka tautan undangan", onclick: () => this.phone.openInvitation() }));
    this.startButton = button({ class: "big-button start", text: "MULAI", onclick: () => this.phone.start() });
    this.unblockButton = button({ class: "big-button unblock", text: "BUKA BLOKIR", onclick: () => this.phone.setBlocked(false) });
    this.element = h("div", { class: "composer" },
      this.commandList, this.invitation, this.targetBar, this.tray.element, this.row, this.keyboard, this.startButton, this.unblockButton);
  }

  // ---- what the chat's state asks for -----------------------------------------------------

  reset() {
    this.clearTarget();
    this.tray.clear();
    this.input.value = "";
    this.keyboardHidden = false;
    this.refresh(true);
    this.typed();
    this.hideCommands();
  }

  refresh(forcedAnew = false) {
    const { data, member } = this.phone;
    const blocked = Boolean(data.blocked);
    const untouched = data.messages.length === 0;
    this.row.hidden = blocked || untouched;
    this.startButton.hidden = blocked || !untouched;
    this.unblockButton.hidden = !blocked;
    this.invitation.hidden = blocked || !member?.invitation;
    this.menuButton.hidden = !data.commands.length;
    this.showKeyboard(blocked ? null : data.reply_keyboard);
    if (forcedAnew) this.takeForcedReply(data.force_reply);
    this.input.placeholder = this.placeholder();
    this.updateSend();
  }

  placeholder() {
    const { force_reply: forced, reply_keyboard: keyboard } = this.phone.data;
    if (this.targetIsForced && forced?.input_field_placeholder) return forced.input_field_placeholder;
    if (this.tray.files.length) return "Tulis keterangan…";
    return (!this.keyboard.hidden && keyboard?.input_field_placeholder) || "Tulis pesan…";
  }

  takeForcedReply(forced) {
    if (!forced) {
      if (this.targetIsForced) this.clearTarget();
      return;
    }
    const message = this.phone.findMessage(forced.message_id);
    if (!message) return;
    this.setTarget(message, true);
    if (this.phone.wasTouchedLast()) this.input.focus({ preventScroll: true });
  }

  showKeyboard(keyboard) {
    const rows = keyboard?.keyboard ?? [];
    this.keyboardToggle.hidden = rows.length === 0;
    this.keyboard.hidden = rows.length === 0 || this.keyboardHidden;
    this.keyboardToggle.classList.toggle("on", !this.keyboard.hidden);
    this.keyboardToggle.setAttribute("aria-expanded", String(!this.keyboard.hidden));
    const shown = JSON.stringify(rows);
    if (this.keyboardShown === shown) return;
    this.keyboardShown = shown;
    this.keyboard.replaceChildren(...rows.map((row) => h("div", { class: "button-row" },
      row.map((one) => button({
        class: `reply-button ${one.style ?? ""}`,
        text: one.text,
        onclick: () => {
          if (this.phone.data.reply_keyboard?.one_time_keyboard) this.toggleKeyboard(true);
          this.phone.send(one.text, this.targetIsForced ? this.target : null);
        },
      })))));
  }

  toggleKeyboard(hidden = !this.keyboardHidden) {
    this.keyboardHidden = hidden;
    this.refresh();
    this.phone.chat.toBottomIfPinned();
  }

  // ---- answering --------------------------------------------------------------------------

  setTarget(message, forced = false) {
    this.target = message;
    this.targetIsForced = forced;
    this.targetWho.textContent = `Membalas ${message.from_bot ? this.phone.store.bot.name : this.phone.personName}`;
    this.targetWhat.textContent = this.phone.chat.describe(message);
    this.targetBar.hidden = false;
    this.input.placeholder = this.placeholder();
    if (!forced) this.input.focus({ preventScroll: true });
  }

  clearTarget(refocus = false) {
    this.target = null;
    this.targetIsForced = false;
    this.targetBar.hidden = true;
    this.input.placeholder = this.placeholder();
    if (refocus) this.input.focus();
  }

  // ---- typing -----------------------------------------------------------------------------

  typed() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 132)}px`;
    this.updateSend();
    const asked = /^\/([a-z0-9_]*)$/i.exec(input.value);
    if (asked) this.showCommands(asked[1].toLowerCase());
    else this.hideCommands();
  }

  updateSend() {
    const something = this.input.value.trim() !== "" || this.tray.files.length > 0;
    this.sendButton.disabled = !something || this.sending;
  }

  keyed(event) {
    if (!this.commandList.hidden && this.keyedInCommands(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.target) {
      this.clearTarget();
    } else if (event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const next = this.phone.chat.neighbour(this.target?.id, event.key === "ArrowUp" ? -1 : 1);
      if (next) this.setTarget(next);
      else if (event.key === "ArrowDown") this.clearTarget();
    }
  }

  async submit() {
    const text = this.input.value.trim();
    const carries = this.tray.files.length > 0;
    if (this.sending || (!text && !carries)) return;
    const longest = carries ? LONGEST_CAPTION : LONGEST_TEXT;
    if (text.length > longest) {
      const what = carries ? "Keterangan" : "Pesan";
      this.phone.toast(`${what} terlalu panjang: ${text.length} huruf, paling banyak ${longest}.`);
      return;
    }
    this.sending = true;
    this.updateSend();
    try {
      if (carries) await this.tray.send(this.phone.person, text, this.target?.id);
      else await this.phone.send(text, this.target);
      this.input.value = "";
      this.clearTarget();
    } catch (error) {
      // What was attached stays in the tray, which says itself what is wrong.
      if (!carries && !(error instanceof api.Cancelled)) this.phone.toast(error.message);
    } finally {
      this.sending = false;
      this.typed();
    }
  }

  // ---- commands ---------------------------------------------------------------------------

  toggleCommands() {
    if (!this.commandList.hidden) {
      this.hideCommands();
      return;
    }
    this.showCommands("");
    this.input.focus({ preventScroll: true });
  }

  showCommands(prefix) {
    const found = (this.phone.data.commands ?? []).filter((one) => one.command.startsWith(prefix));
    if (found.length === 0) {
      this.hideCommands();
      return;
    }
    this.commandList.replaceChildren(...found.map((one, index) => h("button", {
      type: "button",
      class: "command",
      role: "option",
      id: `${this.phone.id}-command-${index}`,
      tabindex: "-1",
      "aria-selected": String(index === 0),
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => this.choose(one.command),
    }, h("span", { class: "command-name", text: `/${one.command}` }), h("span", { class: "command-what", text: one.description }))));
    this.commandList.hidden = false;
    this.menuButton.setAttribute("aria-expanded", "true");
    this.input.setAttribute("aria-activedescendant", `${this.phone.id}-command-0`);
  }

  hideCommands() {
    this.commandList.hidden = true;
    this.menuButton.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  keyedInCommands(event) {
    const options = [...this.commandList.children];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
      options[at]?.setAttribute("aria-selected", "false");
      next.setAttribute("aria-selected", "true");
      next.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", next.id);
      return true;
    }
    if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      options[at]?.click();
      return true;
    }
    if (event.key === "Escape") {
      this.hideCommands();
      return true;
    }
    return false;
  }

  choose(command) {
    this.hideCommands();
    this.input.value = "";
    this.typed();
    this.phone.send(`/${command}`).catch((error) => this.phone.toast(error.message));
  }

  // ---- attachments ------------------------------------------------------------------------

  openAttach() {
    if (this.attach.getAttribute("aria-expanded") === "true") {
      this.closeAttach?.();
      return;
    }
    const choice = (name, text, action) => button({
      class: "menu-item",
      role: "menuitem",
      onclick: () => {
        this.closeAttach();
        action();
      },
    }, icon(name), text);
    const { samples } = this.phone.store;
    const titleId = `${this.phone.id}-samples`;
    const menu = h("div", { class: "menu attach-menu", role: "menu", "aria-label": "Lampirkan" },
      choice("photo", "Foto", () => this.photoInput.click()),
      choice("file", "Dokumen", () => this.documentInput.click()),
      samples.length ? h("div", { class: "menu-group", role: "group", "aria-labelledby": titleId },
        h("p", { class: "menu-title", id: titleId, text: "Belum punya berkas?" }),
        samples.map((one) => choice(SAMPLE_ICONS[one.kind], one.label, () => this.attachSample(one))),
        choice("mic", "Contoh pesan suara", () => this.phone.attempt(api.sendVoice(this.phone.person)))) : null);
    this.closeAttach = popover(this.attach, menu, { host: this.row });
  }

  async attachSample({ id, kind }) {
    const { person } = this.phone;
    this.attach.setAttribute("aria-busy", "true");
    try {
      const files = await api.sampleFiles(person, id);
      // Meanwhile somebody else may hold the phone.
      if (person === this.phone.person) this.addFiles(files, kind === "document");
    } catch (error) {
      this.phone.toast(error.message);
    } finally {
      this.attach.removeAttribute("aria-busy");
    }
  }

  picked(input, asDocuments) {
    this.addFiles([...input.files], asDocuments);
    input.value = "";
  }

  pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.addFiles(files);
  }

  addFiles(files, asDocuments) {
    if (files.length === 0 || this.row.hidden || this.sending) return;
    const complaint = this.tray.add(files, asDocuments);
    if (complaint) this.phone.toast(complaint);
    this.input.focus({ preventScroll: true });
  }

  trayChanged() {
    this.input.placeholder = this.placeholder();
    this.updateSend();
    this.phone.chat.toBottomIfPinned();
  }
}
