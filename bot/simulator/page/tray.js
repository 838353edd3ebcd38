// What is attached and not sent yet: previews, how it will be sent, and how the sending goes.

import { button, h, icon } from "./dom.js";
import * as api from "./api.js";
import { fileSize } from "./format.js";
import { shrink } from "./photos.js";

const PHOTO = /^image\/(jpeg|png|webp|gif|bmp)$/;
const HEIC = /\.hei[cf]$/i;
const AT_ONCE = 10; // the largest album; more files make several
const MOST_FILES = 30;
const ROOM = 64 * 1024; // of a request's size, for what is not the files

export class Tray {
  // changed: told when there is more or less to send; refocus: takes the focus back to the text.
  constructor({ changed, refocus }) {
    this.changed = changed;
    this.refocus = refocus;
    this.files = [];
    this.previews = [];
    this.asDocuments = false;
    this.items = h("div", { class: "tray-items" });
    this.how = h("div", { class: "tray-how" });
    this.trouble = h("p", { class: "tray-trouble", role: "alert", hidden: true });
    this.progress = h("progress", { class: "tray-progress", max: 1, value: 0, "aria-label": "Kemajuan pengiriman" });
    this.doing = h("span", { class: "tray-doing", role: "status" });
    this.sendingBar = h("div", { class: "tray-sending", hidden: true }, this.doing, this.progress,
      button({ class: "text-button", text: "Batalkan", onclick: () => this.cancelling?.abort() }));
    this.element = h("div", { class: "tray", hidden: true }, this.items, this.how, this.trouble, this.sendingBar);
  }

  // A mixed lot goes as documents, like in the messenger itself. Returns what to complain about.
  add(files, asDocuments) {
    if (files.some((file) => file.size === 0)) return "Berkas kosong tidak dapat dikirim.";
    // Photos become smaller on their way; documents do not.
    const large = files.find((file) => file.size > api.BODY_LIMIT - ROOM && !PHOTO.test(file.type));
    if (large) return tooLarge(large.size);
    this.asDocuments = asDocuments ?? (this.files.length ? this.asDocuments : false);
    const all = [...this.files, ...files];
    this.set(all.slice(0, MOST_FILES));
    this.items.scrollLeft = this.items.scrollWidth; // what is new comes last
    return all.length > MOST_FILES ? `Paling banyak ${MOST_FILES} berkas sekali kirim.` : "";
  }

  clear() {
    this.cancelling?.abort();
    this.set([]);
  }

  set(files) {
    for (const url of this.previews) URL.revokeObjectURL(url);
    this.previews = [];
    this.files = files;
    this.element.hidden = files.length === 0;
    this.complain("");
    this.fill();
    this.changed();
  }

  fill() {
    const allPhotos = this.files.every((file) => PHOTO.test(file.type));
    if (!allPhotos) this.asDocuments = true;
    this.items.replaceChildren(...this.files.map((file, index) => this.card(file, index)));
    if (allPhotos) this.how.replaceChildren(this.fileSwitch());
    else this.how.replaceChildren(...note(this.files));
  }

  card(file, index) {
    const remove = button({
      class: "remove",
      "aria-label": `Hapus ${file.name}`,
      onclick: () => {
        this.set(this.files.filter((one) => one !== file));
        this.refocus();
      },
    }, icon("close"));
    if (PHOTO.test(file.type) && !this.asDocuments) {
      const url = URL.createObjectURL(file);
      this.previews.push(url);
      return h("div", { class: "tray-photo" }, h("img", { src: url, alt: file.name || `Foto ${index + 1}` }), remove);
    }
    return h("div", { class: "tray-file" }, icon("file"),
      h("bdi", { class: "tray-name", title: file.name, text: file.name }), h("span", { class: "tray-size", text: fileSize(file.size) }), remove);
  }

  fileSwitch() {
    return h("label", { class: "tray-switch" },
      h("input", {
        type: "checkbox",
        checked: this.asDocuments,
        onchange: (event) => {
          this.asDocuments = event.target.checked;
          this.set(this.files);
        },
      }), "Kirim sebagai dokumen");
  }

  // ---- sending ----------------------------------------------------------------------------

  // Sends everything, ten at a time; what has been sent leaves the tray.
  async send(person, caption, replyTo) {
    this.complain("");
    this.showSending(true);
    const cancelling = new AbortController();
    this.cancelling = cancelling;
    try {
      let words = caption;
      while (this.files.length) {
        const lot = this.files.slice(0, AT_ONCE);
        await this.sendLot(person, lot, { caption: words, replyTo, signal: cancelling.signal });
        words = "";
        this.set(this.files.filter((file) => !lot.includes(file)));
      }
    } catch (error) {
      if (!(error instanceof api.Cancelled)) this.complain(`Belum terkirim. ${error.message}`);
      throw error;
    } finally {
      this.cancelling = undefined;
      this.showSending(false);
    }
  }

  async sendLot(person, lot, { caption, replyTo, signal }) {
    const { asDocuments } = this;
    this.tell(0, asDocuments ? "" : "Menyiapkan foto…");
    const ready = asDocuments ? lot : await Promise.all(lot.map(shrink));
    if (signal.aborted) throw new api.Cancelled();
    const size = ready.reduce((sum, file) => sum + file.size, 0);
    if (size > api.BODY_LIMIT - ROOM) throw new Error(tooLarge(size));
    const onProgress = (part) => this.tell(part);
    onProgress(0);
    await api.sendFiles(person, ready, { caption, asDocuments, replyTo, onProgress, signal });
  }

  tell(part, words = "") {
    this.progress.value = part;
    this.doing.textContent = words || (part < 1 ? `Mengirim… ${Math.round(part * 100)}%` : "Hampir selesai…");
  }

  showSending(sending) {
    this.sendingBar.hidden = !sending;
    this.how.hidden = sending;
    this.items.inert = sending;
  }

  complain(sentence) {
    this.trouble.hidden = !sentence;
    this.trouble.textContent = sentence;
  }
}

function tooLarge(size) {
  return `Berkas terlalu besar (${fileSize(size)}). Paling banyak ${fileSize(api.BODY_LIMIT)} sekali kirim.`;
}

// Why there is nothing to choose between photos and documents.
function note(files) {
  const heic = files.some((file) => HEIC.test(file.name));
  const mixed = files.some((file) => PHOTO.test(file.type));
  if (!heic && !mixed) return [];
  const why = heic ? "ada foto HEIC" : "tidak semuanya foto";
  return [h("p", { class: "tray-note", text: mixed ? `Semua dikirim sebagai dokumen, karena ${why}.` : "Foto HEIC dikirim sebagai dokumen." })];
}
