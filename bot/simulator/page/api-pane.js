// The drawer with the raw calls between the bot and the simulator.

import { h, icon } from "./dom.js";
import { clockWithSeconds } from "./format.js";

const ROWS = 250; // older rows leave the drawer

export class ApiPane {
  constructor(store) {
    this.store = store;
    this.paused = false;
    this.waiting = [];
    this.element = document.getElementById("api-pane");
    this.opener = document.getElementById("api-toggle");
    this.list = document.getElementById("api-calls");
    this.filter = document.getElementById("api-filter");
    this.count = document.getElementById("api-count");
    this.pause = document.getElementById("api-pause");
    this.methods = document.getElementById("api-methods");
    this.opener.addEventListener("click", () => this.toggle());
    document.getElementById("api-close").addEventListener("click", () => this.toggle(false));
    document.getElementById("api-clear").addEventListener("click", () => this.clear());
    this.filter.addEventListener("input", () => this.applyFilter());
    this.pause.addEventListener("click", () => this.setPaused(!this.paused));
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    store.on("world", () => this.rebuild());
    store.on("call", ({ call }) => this.add(call));
    this.showPause();
  }

  get open() {
    return !this.element.hidden;
  }

  toggle(open = !this.open) {
    this.element.hidden = !open;
    document.body.classList.toggle("with-api-pane", open);
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) {
      this.rebuild();
      this.filter.focus({ preventScroll: true });
    } else this.opener.focus({ preventScroll: true });
  }

  rebuild() {
    if (!this.open) return;
    this.waiting = [];
    this.list.replaceChildren(...this.store.calls.slice(-ROWS).reverse().map((call) => this.row(call)));
    this.refreshMethods();
    this.applyFilter();
  }

  add(call) {
    if (!this.open) return;
    if (this.paused) {
      this.waiting.push(call);
      this.showPause();
      return;
    }
    const row = this.row(call);
    row.hidden = !this.matches(call.method);
    const { scrollTop } = this.list;
    this.list.prepend(row);
    // Somebody reading further down is not pushed away.
    if (scrollTop > 0) this.list.scrollTop = scrollTop + row.offsetHeight;
    while (this.list.children.length > ROWS) this.list.lastElementChild.remove();
    this.refreshMethods();
    this.showCount();
  }

  row(call) {
    const failed = call.status >= 400;
    const details = h("details", { class: `call${failed ? " failed" : ""}`, dataset: { method: call.method } },
      h("summary", {},
        h("span", { class: "call-status", text: call.status }),
        h("span", { class: "call-method", text: call.method }),
        h("span", { class: "call-to", text: call.person ?? "" }),
        h("span", { class: "call-ms", text: call.ms === undefined || call.ms === null ? "" : `${call.ms.toLocaleString("id-ID", { maximumFractionDigits: 1 })} ms` }),
        h("time", { class: "call-time", text: clockWithSeconds(call.at) })));
    // The JSON is only laid out for rows somebody opens.
    details.addEventListener("toggle", () => {
      if (!details.open || details.childElementCount > 1) return;
      details.append(
        h("div", { class: "call-body" },
          h("h3", { text: "Parameter" }), h("pre", { tabindex: "0" }, pretty(call.params ?? {})),
          h("h3", { text: "Jawaban" }), h("pre", { tabindex: "0" }, pretty(call.response ?? null))));
    });
    return details;
  }

  matches(method) {
    return method.toLowerCase().includes(this.filter.value.trim().toLowerCase());
  }

  applyFilter() {
    for (const row of this.list.children) row.hidden = !this.matches(row.dataset.method);
    this.showCount();
  }

  showCount() {
    const shown = [...this.list.children].filter((row) => !row.hidden).length;
    this.count.textContent = shown ? `${shown} panggilan` : "Belum ada panggilan.";
  }

  refreshMethods() {
    const known = new Set([...this.methods.children].map((option) => option.value));
    for (const { method } of this.store.calls) {
      if (known.has(method)) continue;
      known.add(method);
      this.methods.append(h("option", { value: method }));
    }
  }

  setPaused(paused) {
    this.paused = paused;
    if (!paused) {
      const missed = this.waiting;
      this.waiting = [];
      for (const call of missed) this.add(call);
    }
    this.showPause();
  }

  showPause() {
    const words = this.paused ? `Lanjutkan${this.waiting.length ? ` (${this.waiting.length})` : ""}` : "Jeda";
    this.pause.replaceChildren(icon(this.paused ? "play" : "pause"), words);
    this.pause.setAttribute("aria-pressed", String(this.paused));
  }

  clear() {
    this.store.calls = [];
    this.waiting = [];
    this.list.replaceChildren();
    this.showPause();
    this.showCount();
  }
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

// JSON with its parts marked, built from text nodes only.
function pretty(value) {
  const text = JSON.stringify(value, null, 2);
  const fragment = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match;
    fragment.append(text.slice(from, match.index));
    if (string) fragment.append(h("span", { class: colon ? "json-key" : "json-string", text: string }), colon ?? "");
    else fragment.append(h("span", { class: word ? "json-word" : "json-number", text: whole }));
    from = match.index + whole.length;
  }
  fragment.append(text.slice(from));
  return fragment;
}
