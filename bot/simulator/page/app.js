// Puts the page together: phones, tabs, calendar, drawer, theme, the strip for newcomers.

import { announce, button, h, icon } from "./dom.js";
import { ApiPane } from "./api-pane.js";
import { Calendar } from "./calendar.js";
import { listen } from "./events.js";
import { Phone } from "./phone.js";
import { Store } from "./store.js";

const PHONES = 3;
const HINT_KEY = "kawan.hint-seen";
const PEOPLE_KEY = "kawan.phones";
const THEME_KEY = "kawan.theme";
const TAB_KEY = "kawan.tab";

// Some browsers refuse storage in private windows; the page works without it.
const remembered = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch { /* not remembered then */ }
  },
};

class App {
  constructor() {
    this.store = new Store();
    this.phones = Array.from({ length: PHONES }, (_, index) => new Phone(index, this.store, { choose: (phone, person) => this.assign(phone, person) }));
    this.tab = Math.min(Number(remembered.get(TAB_KEY)) || 0, PHONES - 1);
    this.drawIcons();
    document.getElementById("phones").append(...this.phones.map((phone) => phone.element));
    this.buildTabs();
    this.chooseTab(this.tab);
    this.calendar = new Calendar(this.store, (sentence) => this.say(sentence));
    this.apiPane = new ApiPane(this.store);
    this.setUpTheme();
    this.setUpHint();
    this.store.isWatched = (person) => this.phones.some((phone) => phone.person === person && phone.isWatched());
    this.store.on("cast", () => this.seat());
    this.store.on("unread", () => this.refreshBadges());
    this.store.on("link", ({ linked }) => this.showLink(linked));
    document.addEventListener("visibilitychange", () => this.phones.forEach((phone) => phone.noticed()));
    matchMedia("(min-width: 1000px)").addEventListener("change", () => this.phones.forEach((phone) => {
      phone.chat.toBottomIfPinned();
      phone.noticed();
    }));
    listen(this.store);
  }

  drawIcons() {
    for (const place of document.querySelectorAll("[data-icon]")) place.prepend(icon(place.dataset.icon));
  }

  // ---- who holds which phone --------------------------------------------------------------

  seat() {
    const known = new Set(this.store.cast.map((member) => member.id));
    const wanted = this.readSeats();
    const taken = new Set();
    const choose = (index) => {
      const candidates = [
        this.phones[index].person,
        wanted[index],
        this.store.cast.find((member) => member.phone === index)?.id,
        ...this.store.cast.map((member) => member.id),
      ];
      const id = candidates.find((one) => one !== undefined && one !== null && known.has(one) && !taken.has(one));
      if (id !== undefined) taken.add(id);
      return id;
    };
    this.phones.forEach((phone, index) => {
      const id = choose(index);
      if (id !== undefined && id !== phone.person) phone.show(id);
    });
    this.refreshTabs();
    document.body.classList.remove("loading");
  }

  readSeats() {
    try {
      const seats = JSON.parse(remembered.get(PEOPLE_KEY) ?? "[]");
      return Array.isArray(seats) ? seats : [];
    } catch {
      return [];
    }
  }

  assign(phone, person) {
    const before = phone.person;
    const other = this.phones.find((one) => one !== phone && one.person === person);
    phone.show(person);
    if (other) other.show(before);
    remembered.set(PEOPLE_KEY, JSON.stringify(this.phones.map((one) => one.person)));
    this.refreshTabs();
    this.refreshBadges();
    if (other) this.say(`${phone.personName} dan ${other.personName} bertukar ponsel.`);
  }

  // ---- tabs on a small screen -------------------------------------------------------------

  buildTabs() {
    const bar = document.getElementById("tabs");
    this.tabs = this.phones.map((phone, index) => button({
      class: "tab",
      role: "tab",
      id: `tab-${index}`,
      "aria-controls": phone.id,
      onclick: () => this.chooseTab(index),
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        this.chooseTab((index + step + PHONES) % PHONES);
        this.tabs[this.tab].focus();
      },
    }, h("span", { class: "tab-role" }), h("span", { class: "tab-name" }), h("span", { class: "badge", hidden: true })));
    bar.append(...this.tabs);
  }

  chooseTab(index) {
    this.tab = index;
    remembered.set(TAB_KEY, String(index));
    this.phones.forEach((phone, at) => phone.element.classList.toggle("current", at === index));
    this.tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
    });
    this.phones[index].chat.toBottomIfPinned();
    this.phones[index].noticed();
  }

  refreshTabs() {
    this.phones.forEach((phone, index) => {
      const [role, name, badge] = this.tabs[index].children;
      role.textContent = (phone.member?.caption ?? "").split("·")[0].trim() || `Ponsel ${index + 1}`;
      name.textContent = phone.personName;
      badge.hidden = true;
    });
    this.refreshBadges();
  }

  refreshBadges() {
    const seated = new Set(this.phones.map((phone) => phone.person));
    this.phones.forEach((phone, index) => {
      const count = this.store.unread.get(phone.person) ?? 0;
      const badge = this.tabs[index].querySelector(".badge");
      badge.hidden = count === 0;
      badge.textContent = count > 99 ? "99+" : count;
      badge.setAttribute("aria-label", `${count} pesan belum dibaca`);
    });
    const elsewhere = [...this.store.unread].filter(([person]) => !seated.has(person)).reduce((sum, [, count]) => sum + count, 0);
    for (const phone of this.phones) phone.picker.refreshBadge(elsewhere);
  }

  // ---- theme, hint, messages --------------------------------------------------------------

  setUpTheme() {
    const toggle = document.getElementById("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const chosen = () => remembered.get(THEME_KEY) ?? (dark.matches ? "dark" : "light");
    const apply = () => {
      const theme = chosen();
      document.documentElement.dataset.theme = theme;
      toggle.replaceChildren(icon(theme === "dark" ? "sun" : "moon"));
      toggle.setAttribute("aria-checked", String(theme === "dark"));
    };
    toggle.addEventListener("click", () => {
      remembered.set(THEME_KEY, chosen() === "dark" ? "light" : "dark");
      apply();
    });
    dark.addEventListener("change", apply);
    apply();
  }

  setUpHint() {
    const hint = document.getElementById("hint");
    hint.hidden = remembered.get(HINT_KEY) === "1";
    this.store.on("world", () => {
      document.getElementById("hint-first").textContent = this.store.hint;
    });
    document.getElementById("hint-close").addEventListener("click", () => {
      hint.hidden = true;
      remembered.set(HINT_KEY, "1");
      document.getElementById("phones").focus({ preventScroll: true });
    });
  }

  showLink(linked) {
    document.getElementById("offline").hidden = linked;
  }

  say(sentence) {
    const line = document.getElementById("notice");
    line.replaceChildren(h("span", { text: sentence }));
    line.hidden = false;
    announce(sentence);
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      line.hidden = true;
    }, 6000);
  }
}

new App();
