// The list of messages on one phone: adds, changes and removes single items and keeps the
// reader's place while doing so.

import { button, h, icon, reducedMotion } from "./dom.js";
import { dayKey, dayName } from "./format.js";
import { excerpt, itemKey, renderItem } from "./bubble.js";

const NEAR = 60; // pixels from the bottom that still count as being there
const PAGE = 120; // messages shown at first, and more with each step back
const TOGETHER = 300; // seconds within which bubbles of one side belong together

export class Chat {
  // phone: the owner; it answers context questions and is told about presses and replies.
  constructor(phone, store) {
    this.phone = phone;
    this.store = store;
    this.person = null;
    this.shown = PAGE;
    this.missed = 0;
    this.nodes = new Map(); // item key -> element

    this.list = h("ol", { class: "messages" });
    this.empty = h("div", { class: "empty-chat", hidden: true });
    this.older = button({ class: "older pill", text: "Pesan sebelumnya", hidden: true, onclick: () => this.showOlder() });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Percakapan" },
      h("div", { class: "scroll-space" }), this.older, this.empty, this.list);
    this.downCount = h("span", { class: "badge", hidden: true });
    this.down = button({ class: "to-bottom", hidden: true, "aria-label": "Ke pesan terbaru", onclick: () => this.toBottom(true) },
      icon("down"), this.downCount);
    this.floatingDay = h("div", { class: "floating-day pill", "aria-hidden": "true" });
    this.element = h("div", { class: "chat" }, this.scroller, this.floatingDay, this.down);

    this.pinned = true; // does the view stick to the bottom?
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.list.addEventListener("dblclick", (event) => this.replyFromEvent(event));
    this.list.addEventListener("contextmenu", (event) => this.openMenu(event));
    new ResizeObserver(() => this.pinned && this.toBottom()).observe(this.scroller);
    new ResizeObserver(() => this.pinned && this.toBottom()).observe(this.list);
  }

  show(person) {
    this.person = person;
    this.shown = PAGE;
    this.pinned = true;
    this.rebuild();
  }

  get data() {
    return this.store.chat(this.person);
  }

  context() {
    return {
      botName: this.store.bot.name,
      personName: this.phone.personName,
      find: (id) => this.store.message(this.person, id),
      jumpTo: (id) => this.jumpTo(id),
      isPressed: (id, row, column) => this.phone.isPressed(id, row, column),
      press: (...press) => this.phone.press(...press),
      reply: (message) => this.phone.replyTo(message),
      openPhotos: (messages, index) => this.phone.openPhotos(messages, index),
      openDocument: (message) => this.phone.openDocument(message),
      onCommand: (command) => this.phone.send(command),
      onLink: (href) => this.phone.followLink(href),
    };
  }

  // ---- building -------------------------------------------------------------------------

  rebuild() {
    const { messages } = this.data;
    const { pinned } = this;
    const { scrollTop } = this.scroller;
    const from = Math.max(0, messages.length - this.shown);
    this.nodes.clear();
    this.list.replaceChildren();
    const context = this.context();
    for (const group of groups(messages.slice(from))) {
      const node = renderItem(group, context);
      this.nodes.set(itemKey(group[0]), node);
      this.list.append(node);
    }
    this.older.hidden = from === 0;
    this.tidy();
    if (pinned) this.toBottom();
    else this.scroller.scrollTop = scrollTop;
  }

  showOlder() {
    const height = this.scroller.scrollHeight;
    const top = this.scroller.scrollTop;
    this.pinned = false;
    this.shown += PAGE;
    const { messages } = this.data;
    const from = Math.max(0, messages.length - this.shown);
    const context = this.context();
    const fresh = groups(messages.slice(from)).filter((group) => !this.nodes.has(itemKey(group[0])));
    const nodes = fresh.map((group) => {
      const node = renderItem(group, context);
      this.nodes.set(itemKey(group[0]), node);
      return node;
    });
    this.list.prepend(...nodes);
    this.older.hidden = from === 0;
    this.tidy();
    this.scroller.scrollTop = top + this.scroller.scrollHeight - height;
  }

  // Brings one item up to date. kind: "new" | "edit" | "delete".
  update({ id, kind, groupId }) {
    const message = this.store.message(this.person, id);
    const key = message ? itemKey(message) : groupId ? `g${groupId}` : `m${id}`;
    const members = this.data.messages.filter((one) => itemKey(one) === key);
    const old = this.nodes.get(key);
    this.keepPlace(() => {
      if (members.length === 0) {
        old?.remove();
        this.nodes.delete(key);
      } else {
        const node = renderItem(members, this.context());
        if (old) this.replace(old, node);
        else {
          this.insert(node, members[0]);
          if (!reducedMotion()) node.classList.add("arriving");
        }
        this.nodes.set(key, node);
      }
      this.tidy(old ? undefined : this.nodes.get(key));
    });
    if (kind === "new" && message && !old) this.arrived(message);
  }

  replace(old, node) {
    const place = old.contains(document.activeElement) ? document.activeElement.dataset?.place : undefined;
    node.classList.add("changed");
    // Quotes and spoilers the reader opened stay open.
    old.querySelectorAll("blockquote.expandable").forEach((box, index) => {
      if (box.classList.contains("open")) node.querySelectorAll("blockquote.expandable")[index]?.querySelector(".quote-toggle").click();
    });
    // The same photo needs no second loading.
    for (const image of old.querySelectorAll("img.loaded")) {
      const twin = [...node.querySelectorAll("img")].find((one) => one.src === image.src && !one.dataset.kept);
      if (twin) {
        image.dataset.kept = "1";
        twin.replaceWith(image);
      }
    }
    for (const image of node.querySelectorAll("img[data-kept]")) delete image.dataset.kept;
    old.replaceWith(node);
    if (place !== undefined) this.refocus(node, place);
  }

  // A keyboard user who pressed a button goes on from the same spot of the new buttons.
  refocus(node, place) {
    const [, row, column] = place.split(":").map(Number);
    const rows = [...node.querySelectorAll(".button-row")];
    const there = rows[Math.min(row, rows.length - 1)];
    const buttons = there ? [...there.querySelectorAll("button")] : [];
    (buttons[Math.min(column, buttons.length - 1)] ?? this.scroller).focus({ preventScroll: true });
  }

  insert(node, message) {
    const id = message.id;
    let after = this.list.lastElementChild;
    while (after && !(Number(after.dataset.id) < id)) after = after.previousElementSibling;
    if (after) after.after(node);
    else this.list.prepend(node);
  }

  // Day separators, tails and grouping depend on neighbours: cheap passes over classes only.
  tidy(only) {
    if (only && only === this.list.lastElementChild) {
      this.tidyPair(only.previousElementSibling, only);
      this.tidyTail(only);
    } else {
      for (const node of this.list.querySelectorAll(".day")) node.remove();
      let before = null;
      for (const node of [...this.list.children]) {
        this.tidyPair(before, node);
        before = node;
      }
      if (before) this.tidyTail(before);
    }
    const nothing = this.data.messages.length === 0;
    this.empty.hidden = !nothing;
    this.list.hidden = nothing;
    if (nothing) this.fillEmpty();
  }

  tidyPair(before, node) {
    const message = before?.classList.contains("day") ? null : before;
    const sameDay = message && dayKey(Number(message.dataset.date)) === dayKey(Number(node.dataset.date));
    if (!sameDay) {
      const text = dayName(Number(node.dataset.date), this.store.now());
      node.before(h("li", { class: "day", dataset: { date: node.dataset.date } }, h("span", { class: "pill", text })));
    }
    const side = (one) => (one.classList.contains("service") ? "service" : one.classList.contains("in") ? "in" : "out");
    const joined = Boolean(sameDay && side(message) === side(node) && node.dataset.date - message.dataset.date < TOGETHER
      && !message.classList.contains("with-buttons"));
    node.classList.toggle("follows", joined);
    if (message) message.classList.toggle("tail", !joined);
  }

  tidyTail(node) {
    node.classList.add("tail");
  }

  refreshDays() {
    for (const day of this.list.querySelectorAll(".day")) {
      day.firstChild.textContent = dayName(Number(day.dataset.date), this.store.now());
    }
  }

  fillEmpty() {
    const { bot } = this.store;
    this.empty.replaceChildren(h("div", { class: "empty-card" },
      h("div", { class: "avatar bot large", "aria-hidden": "true" }, icon("tick")),
      h("h3", { text: "Apa yang bisa dilakukan bot ini?" }),
      h("p", { text: bot.description || "Mendampingi guru dan kepala sekolah sepanjang siklus kinerja: merencanakan, menyetujui, membuktikan, dan melaporkan." })));
  }

  // ---- scrolling ------------------------------------------------------------------------

  // Runs a change of the list without moving what the reader looks at.
  keepPlace(change) {
    if (this.pinned) {
      change();
      this.toBottom();
      return;
    }
    const top = this.scroller.getBoundingClientRect().top;
    const visible = [...this.list.children].find((one) => one.getBoundingClientRect().bottom > top + 8);
    const key = visible?.dataset.key;
    const before = visible?.getBoundingClientRect().top;
    change();
    const anchor = key ? this.nodes.get(key) : visible;
    if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  toBottom(smooth = false) {
    this.pinned = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !reducedMotion() ? "smooth" : "instant" });
    this.missed = 0;
    this.showDown();
  }

  toBottomIfPinned() {
    if (this.pinned) this.toBottom();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const atBottom = scrollHeight - clientHeight - scrollTop < NEAR;
    // A smooth way down passes through places that are not the bottom.
    const goingDown = scrollTop > (this.lastTop ?? 0);
    this.lastTop = scrollTop;
    if (atBottom) {
      this.pinned = true;
      this.missed = 0;
      this.phone.noticed();
    } else if (!goingDown) this.pinned = false;
    this.showDown(atBottom);
    this.showFloatingDay();
  }

  // While scrolling, the day of the topmost message floats above the list.
  showFloatingDay() {
    clearTimeout(this.dayTimer);
    const top = this.scroller.getBoundingClientRect().top + 12;
    const first = [...this.list.children].find((one) => one.getBoundingClientRect().bottom > top);
    const there = !this.pinned && this.scroller.scrollTop > 8 && first && !first.classList.contains("day");
    if (there) this.floatingDay.textContent = dayName(Number(first.dataset.date), this.store.now());
    this.floatingDay.classList.toggle("shown", Boolean(there));
    this.dayTimer = setTimeout(() => this.floatingDay.classList.remove("shown"), 1100);
  }

  showDown(atBottom = true) {
    this.down.hidden = atBottom || this.pinned;
    this.downCount.hidden = this.missed === 0;
    this.downCount.textContent = this.missed;
    this.down.setAttribute("aria-label", this.missed ? `Ke pesan terbaru, ${this.missed} pesan baru` : "Ke pesan terbaru");
  }

  arrived(message) {
    if (!message.from_bot) {
      this.toBottom(true);
      return;
    }
    if (!this.pinned) {
      this.missed += 1;
      this.showDown(false);
    }
  }

  jumpTo(id) {
    const message = this.store.message(this.person, id);
    if (!message) return;
    while (!this.nodes.has(itemKey(message)) && !this.older.hidden) this.showOlder();
    const node = this.nodes.get(itemKey(message));
    if (!node) return;
    this.pinned = false;
    node.scrollIntoView({ block: "center", behavior: reducedMotion() ? "instant" : "smooth" });
    node.classList.remove("found");
    void node.offsetWidth; // starts the highlight anew
    node.classList.add("found");
  }

  // ---- pointing at a message ------------------------------------------------------------

  messageOf(event) {
    const node = event.target.closest?.("li.message:not(.service)");
    return node ? this.store.message(this.person, Number(node.dataset.id)) : undefined;
  }

  replyFromEvent(event) {
    if (event.target.closest("button, a")) return;
    const message = this.messageOf(event);
    if (!message) return;
    getSelection()?.removeAllRanges();
    this.phone.replyTo(message);
  }

  openMenu(event) {
    const message = this.messageOf(event);
    if (!message) return;
    // The browser's own menu offers to save; what is protected gets ours in any case.
    const free = !message.protect_content;
    if (free && (event.target.closest("a, img") || !getSelection().isCollapsed)) return;
    event.preventDefault();
    this.phone.openMessageMenu(message, event.clientX, event.clientY);
  }

  // Ctrl+Up and Ctrl+Down in the composer walk through the messages to answer.
  neighbour(id, step) {
    const messages = this.data.messages.filter((one) => !one.service);
    const at = id === undefined ? messages.length : messages.findIndex((one) => one.id === id);
    return messages[at + step];
  }

  describe(message) {
    return excerpt(message);
  }
}

function groups(messages) {
  const found = new Map();
  for (const message of messages) {
    const key = itemKey(message);
    if (found.has(key)) found.get(key).push(message);
    else found.set(key, [message]);
  }
  return [...found.values()];
}
