// The demo's calendar, starting afresh, and the questions asked before it.

import { button, h } from "./dom.js";
import * as api from "./api.js";
import { hourWithZone, longDay, shortMoment } from "./format.js";

export class Calendar {
  constructor(store, say) {
    this.store = store;
    this.say = say; // shows a sentence to the reader
    this.moment = document.getElementById("moment");
    this.shortMoment = document.getElementById("moment-short");
    this.moves = [...document.querySelectorAll("[data-move]")];
    for (const one of this.moves) one.addEventListener("click", () => this.move(one));
    this.restartButton = document.getElementById("restart");
    this.restartButton.addEventListener("click", () => this.restart());
    this.panel = document.getElementById("calendar-panel");
    this.opener = document.getElementById("calendar-toggle");
    this.opener.addEventListener("click", () => this.toggle());
    store.on("clock", () => this.show());
    setInterval(() => this.store.tell("clock"), 15_000);
  }

  show() {
    const now = this.store.now();
    // In sight two lines, to a reader of the text one sentence.
    this.moment.replaceChildren(
      h("span", { class: "day-name", text: longDay(now) }), h("span", { class: "sr-only", text: ", " }),
      h("span", { class: "hour", text: hourWithZone(now) }));
    this.moment.dateTime = now.toISOString();
    this.shortMoment.textContent = shortMoment(now);
  }

  toggle(open = this.opener.getAttribute("aria-expanded") !== "true") {
    this.opener.setAttribute("aria-expanded", String(open));
    this.panel.classList.toggle("open", open);
  }

  async move(pressed) {
    await this.whileBusy(pressed, async () => {
      const { sentence } = await api.moveClock(pressed.dataset.move);
      this.say(sentence);
    });
    this.toggle(false);
  }

  async restart() {
    const sure = await confirm({
      title: "Mulai dari awal?",
      text: "Semua percakapan, rencana, dan bukti di demo ini dihapus, dan kalender kembali ke hari pertama. Ini tidak dapat diurungkan.",
      yes: "Hapus dan mulai lagi",
      no: "Kembali",
    });
    if (!sure) return;
    this.toggle(false);
    await this.whileBusy(this.restartButton, async () => {
      await api.restart();
      this.say("Demo dimulai dari awal.");
    });
  }

  async whileBusy(pressed, work) {
    const all = [...this.moves, this.restartButton];
    for (const one of all) one.disabled = true;
    pressed.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      this.say(error.message);
    } finally {
      for (const one of all) one.disabled = false;
      pressed.removeAttribute("aria-busy");
      pressed.focus({ preventScroll: true });
    }
  }
}

// Our own dialog: true when the reader chose "yes".
export function confirm({ title, text, yes, no }) {
  return new Promise((resolve) => {
    const cancel = button({ class: "text-button", text: no, onclick: () => dialog.close() });
    const accept = button({ class: "text-button danger", text: yes, onclick: () => dialog.close("yes") });
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      h("h2", { id: "confirm-title", text: title }), h("p", { id: "confirm-text", text }),
      h("div", { class: "confirm-actions" }, cancel, accept));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    cancel.focus();
  });
}
