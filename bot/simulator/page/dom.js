// Small helpers to build elements without a framework.

const SVG = "http://www.w3.org/2000/svg";

// Line icons on a 24 x 24 grid; "fill" ones are drawn solid.
const ICONS = {
  send: { fill: true, d: "M3.4 20.4 21 12.9c.8-.3.8-1.5 0-1.8L3.4 3.6c-.7-.3-1.4.3-1.2 1l1.6 5.6c.1.4.4.6.8.7l8.4 1.1-8.4 1.1c-.4.1-.7.3-.8.7l-1.6 5.6c-.2.7.5 1.3 1.2 1z" },
  clip: { d: "m20.5 11.5-8.3 8.3a5.2 5.2 0 0 1-7.4-7.4l8.6-8.6a3.5 3.5 0 0 1 4.9 4.9l-8.6 8.6a1.7 1.7 0 0 1-2.5-2.4l7.9-7.9" },
  photo: { d: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5zM3 16l5-4.5 4 3.5 3-2.5 6 4.5M15.5 9.2h.01" },
  mic: { d: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5v3" },
  file: { d: "M7 3h7l5 5v11.5a1.5 1.5 0 0 1-1.5 1.5h-10.5A1.5 1.5 0 0 1 5.5 19.5v-15A1.5 1.5 0 0 1 7 3zM13.5 3v5.5h5.5" },
  album: { d: "M8 4.5h11A1.5 1.5 0 0 1 20.5 6v9a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 15V6A1.5 1.5 0 0 1 8 4.5zM6.5 13.5l4-3.5 3.5 3 2.5-2 4 3M3.5 8v10A1.5 1.5 0 0 0 5 19.5h12" },
  keyboard: { d: "M4.5 6h15A1.5 1.5 0 0 1 21 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14.2h8" },
  slash: { d: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM13.8 8l-3.6 8" },
  down: { d: "m6 9.5 6 6 6-6" },
  left: { d: "m14.5 6-6 6 6 6" },
  right: { d: "m9.5 6 6 6-6 6" },
  close: { d: "m6 6 12 12M18 6 6 18" },
  more: { d: "M12 5.5v.01M12 12v.01M12 18.5v.01", width: 2.8 },
  pin: { d: "m14.5 3.5 6 6-3 1-3.5 3.5-.5 4.5-8-8 4.5-.5L13.5 6.5zM9 15l-5.5 5.5" },
  reply: { d: "M10 6 4 12l6 6M4.5 12H14a6 6 0 0 1 6 6v.5" },
  copy: { d: "M9 8.5h9.5A1.5 1.5 0 0 1 20 10v9.5a1.5 1.5 0 0 1-1.5 1.5H9A1.5 1.5 0 0 1 7.5 19.5V10A1.5 1.5 0 0 1 9 8.5zM4 15.5V4.5A1.5 1.5 0 0 1 5.5 3H15" },
  open: { d: "M8 16 17 7M9.5 7H17v7.5" },
  download: { d: "M12 4v11M7 10.5l5 5 5-5M5 20h14" },
  check: { d: "m2.5 12.5 4.5 4.5 9-10M11.5 16.5l.8.6 9-10", width: 1.9 },
  tick: { d: "m5 12.5 4.5 4.5 9.5-10", width: 2.2 },
  clock: { d: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2" },
  calendar: { d: "M5.5 5h13A1.5 1.5 0 0 1 20 6.5v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5v-12A1.5 1.5 0 0 1 5.5 5zM4 9.5h16M8 3v4M16 3v4" },
  restart: { d: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4.5H9" },
  code: { d: "m8.5 7.5-5 4.5 5 4.5M15.5 7.5l5 4.5-5 4.5M13.5 5l-3 14" },
  lock: { d: "M6.5 11h11A1.5 1.5 0 0 1 19 12.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11zM8 11V8a4 4 0 0 1 8 0v3", width: 2 },
  moon: { d: "M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2z" },
  sun: { d: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4" },
  block: { d: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM6 6l12 12" },
  trash: { d: "M5 6.5h14M9.5 6.5v-2h5v2M7 6.5l.8 13h8.4l.8-13" },
  pause: { d: "M9 6v12M15 6v12", width: 2.6 },
  play: { fill: true, d: "M8 5.5v13l10.5-6.5z" },
  ticket: { d: "M4 8a1.5 1.5 0 0 1 1.5-1.5h13A1.5 1.5 0 0 1 20 8v2a2 2 0 0 0 0 4v2a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 16v-2a2 2 0 0 0 0-4zM13.5 7v10" },
  warning: { d: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.01" },
  bulb: { d: "M9 17.5h6M10 20.5h4M8.3 14.3a6 6 0 1 1 7.4 0c-.7.6-.7 1.7-.7 3.2H9c0-1.5 0-2.6-.7-3.2z" },
  swap: { d: "M4 8.5h14l-3.5-3.5M20 15.5H6l3.5 3.5" },
  person: { d: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6" },
};

export function icon(name) {
  const shape = ICONS[name];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", shape.d);
  if (shape.fill) {
    path.setAttribute("fill", "currentColor");
  } else {
    path.setAttribute("fill", "none");
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("stroke-width", String(shape.width ?? 1.8));
    path.setAttribute("stroke-linecap", "round");
    path.setAttribute("stroke-linejoin", "round");
  }
  svg.append(path);
  return svg;
}

// h("button", {class: "x", onclick: f, "aria-label": "…"}, child, "text", …)
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "text") element.textContent = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const button = (props, ...children) => h("button", { type: "button", ...props }, ...children);

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Says something to screen readers without moving the focus.
export function announce(sentence) {
  const region = document.getElementById("announcer");
  const line = h("p", { text: sentence });
  region.append(line);
  setTimeout(() => line.remove(), 8000);
}

// Arrow keys walk through a vertical list of focusable things.
export function walkWithArrows(event, items) {
  const moves = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  if (!(event.key in moves) || items.length === 0) return false;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  const move = moves[event.key];
  let next;
  if (move === -Infinity) next = 0;
  else if (move === Infinity) next = items.length - 1;
  else next = (at + move + items.length) % items.length;
  items[next].focus();
  return true;
}

// A little list of choices hanging from a button: closes on Escape, on a choice, on a click elsewhere.
// Without an anchor it lies where the caller puts it and gives the focus to "back" at the end.
export function popover(anchor, panel, { host, back } = {}) {
  (host ?? anchor.parentElement).append(panel);
  anchor?.setAttribute("aria-expanded", "true");
  const focusable = () => [...panel.querySelectorAll("button:not(:disabled), [tabindex='0']")];
  const close = (refocus = true) => {
    if (!panel.isConnected) return;
    panel.remove();
    anchor?.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (refocus) (anchor ?? back).focus({ preventScroll: true });
  };
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor?.contains(event.target)) close(false);
  };
  document.addEventListener("pointerdown", outside, true);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") close(false);
    else walkWithArrows(event, focusable());
  });
  const first = panel.querySelector("[aria-selected='true'], [aria-checked='true']") ?? focusable()[0];
  first?.focus({ preventScroll: true });
  first?.scrollIntoView?.({ block: "nearest" });
  return close;
}
