// Chooses which person of the school holds a phone.

import { button, h, icon, popover } from "./dom.js";
import { hue, initials } from "./format.js";

export const avatar = (member) => h("span", { class: `avatar hue-${hue(member?.id)}`, "aria-hidden": "true", text: initials(member?.name ?? "?") });

export const stateOf = (member) => (member?.invitation ? "belum bergabung" : "");

export class Picker {
  // choose(personId) is called with the new holder.
  constructor(phone, store, choose) {
    this.phone = phone;
    this.store = store;
    this.choose = choose;
    this.face = h("span", { class: "picker-face" });
    this.name = h("span", { class: "picker-name" });
    this.caption = h("span", { class: "picker-caption" });
    this.badge = h("span", { class: "badge", hidden: true });
    this.opener = button({ class: "picker-button", "aria-haspopup": "listbox", "aria-expanded": "false", title: "Ganti orang pada ponsel ini", onclick: () => this.toggle() },
      this.face, h("span", { class: "picker-text" }, this.name, this.caption), this.badge, icon("down"));
    this.element = h("div", { class: "picker" }, this.opener);
  }

  refresh() {
    const { member } = this.phone;
    this.face.replaceChildren(avatar(member));
    this.name.textContent = member?.name ?? "Pilih orang";
    this.caption.textContent = [member?.caption, stateOf(member)].filter(Boolean).join(" · ");
    this.opener.setAttribute("aria-label", `Ponsel ${member?.name ?? "kosong"}, ${this.caption.textContent}. Ganti orang`);
  }

  // News for people who hold no phone right now.
  refreshBadge(count) {
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 99 ? "99+" : count;
    this.badge.setAttribute("title", "Pesan baru untuk orang lain");
    if (this.panel?.isConnected) for (const option of this.panel.querySelectorAll(".person")) this.fillUnread(option);
  }

  fillUnread(option) {
    const count = this.store.unread.get(Number(option.dataset.person)) ?? 0;
    const badge = option.querySelector(".badge");
    badge.hidden = count === 0;
    badge.textContent = count;
  }

  toggle() {
    if (this.panel?.isConnected) {
      this.close();
      return;
    }
    this.panel = h("div", { class: "menu people", role: "listbox", "aria-label": "Orang di sekolah ini" },
      this.store.cast.map((member) => this.option(member)));
    this.close = popover(this.opener, this.panel);
  }

  option(member) {
    const chosen = member.id === this.phone.person;
    const chat = this.store.chat(member.id);
    const state = chat.blocked ? "bot diblokir" : stateOf(member);
    const option = button({
      class: `person${chosen ? " chosen" : ""}`,
      role: "option",
      "aria-selected": String(chosen),
      dataset: { person: member.id },
      onclick: () => {
        this.close();
        if (!chosen) this.choose(member.id);
      },
    },
    avatar(member),
    h("span", { class: "picker-text" },
      h("span", { class: "picker-name", text: member.name }),
      h("span", { class: "picker-caption", text: member.caption })),
    state ? h("span", { class: "state", text: state }) : null,
    h("span", { class: "badge", hidden: true }),
    chosen ? icon("tick") : null);
    this.fillUnread(option);
    return option;
  }
}
