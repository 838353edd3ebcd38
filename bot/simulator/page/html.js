// Turns a message's HTML into elements, keeping only what a chat may show.
// The server sends safe HTML; building it again from a short list costs little.

import { button, h } from "./dom.js";

const PLAIN = { B: "b", STRONG: "b", I: "i", EM: "i", U: "u", INS: "u", S: "s", STRIKE: "s", DEL: "s", CODE: "code", PRE: "pre" };
const BLOCKS = new Set(["BLOCKQUOTE", "PRE"]);
const LINKS = /^(https?:|mailto:|tel:|tg:)/i;
// A bare address, a bot command, in running text.
const TOUCHABLE = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|(^|[\s(«"'])(\/[a-z][a-z0-9_]{0,31})(?![\w/])/giu;

export function richText(html, { onCommand, onLink }) {
  const parsed = new DOMParser().parseFromString(html ?? "", "text/html");
  const fragment = document.createDocumentFragment();
  for (const node of parsed.body.childNodes) fragment.append(copy(node, { onCommand, onLink, linked: false }));
  return fragment;
}

export function plainText(html) {
  const parsed = new DOMParser().parseFromString(html ?? "", "text/html");
  return parsed.body.textContent.trim();
}

function copy(node, context) {
  if (node.nodeType === Node.TEXT_NODE) {
    // The line break behind a quote ends the quote; it is no empty line.
    const text = BLOCKS.has(node.previousSibling?.nodeName) ? node.textContent.replace(/^\n/, "") : node.textContent;
    return context.linked ? text : touchable(text, context);
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const inner = (extra = {}) => [...node.childNodes].map((child) => copy(child, { ...context, ...extra }));
  const tag = node.tagName;
  if (tag === "BR") return "\n";
  if (tag === "A") return link(node, inner({ linked: true }), context);
  if (tag === "BLOCKQUOTE") return quote(node.hasAttribute("expandable"), inner());
  if (tag === "TG-SPOILER" || (tag === "SPAN" && /spoiler/.test(node.className))) return spoiler(inner());
  if (tag === "CODE" || tag === "PRE") return h(PLAIN[tag], {}, inner({ linked: true }));
  if (PLAIN[tag]) return h(PLAIN[tag], {}, inner());
  const loose = document.createDocumentFragment();
  loose.append(...inner());
  return loose;
}

function link(node, children, { onLink }) {
  const href = node.getAttribute("href") ?? "";
  if (!LINKS.test(href)) return h("span", {}, children);
  return anchor(href, children, onLink);
}

function anchor(href, children, onLink) {
  const opened = (event) => {
    if (onLink?.(href)) event.preventDefault();
  };
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", onclick: opened }, children);
}

function touchable(text, { onCommand, onLink }) {
  const fragment = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(TOUCHABLE)) {
    const [whole, address, before, command] = match;
    fragment.append(text.slice(from, match.index));
    if (address) fragment.append(anchor(address, [address], onLink));
    else {
      fragment.append(before, button({ class: "command-link", text: command, onclick: () => onCommand?.(command) }));
    }
    from = match.index + whole.length;
  }
  fragment.append(text.slice(from));
  return fragment;
}

function spoiler(children) {
  const cover = h("span", {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-label": "Teks tersembunyi, tekan untuk membuka",
  }, h("span", { class: "spoiler-text" }, children));
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (cover.classList.contains("revealed")) return;
    event.preventDefault();
    cover.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", reveal);
  return cover;
}

function quote(expandable, children) {
  const text = h("span", { class: "quote-text" }, children);
  const box = h("blockquote", {}, text);
  if (!expandable) return box;
  box.classList.add("expandable");
  const toggle = button({ class: "quote-toggle", "aria-expanded": "false", text: "Selengkapnya" });
  toggle.addEventListener("click", () => {
    const open = box.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? "Ringkaskan" : "Selengkapnya";
  });
  box.append(toggle);
  // A quote that fits in three lines has nothing to unfold.
  requestAnimationFrame(() => {
    if (box.isConnected && text.scrollHeight <= text.clientHeight + 2) toggle.hidden = true;
  });
  return box;
}
