// Dates and numbers as Indonesian readers expect them. The demo's school lives in WIB.

const ZONE = "Asia/Jakarta";
const shape = (options) => new Intl.DateTimeFormat("id-ID", { timeZone: ZONE, ...options });

const CLOCK = shape({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = shape({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const LONG_DAY = shape({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = shape({ day: "numeric", month: "short", year: "numeric" });
const DAY = shape({ day: "numeric", month: "long" });
const DAY_AND_YEAR = shape({ day: "numeric", month: "long", year: "numeric" });
const YEAR = shape({ year: "numeric" });
const DAY_KEY = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });

const moment = (seconds) => new Date(seconds * 1000);

export const clock = (seconds) => CLOCK.format(moment(seconds)).replace(":", ".");
export const clockWithSeconds = (seconds) => SECONDS.format(moment(seconds)).replaceAll(":", ".");
export const dayKey = (seconds) => DAY_KEY.format(moment(seconds));
export const longDay = (date) => LONG_DAY.format(date);
export const hourWithZone = (date) => `${clock(date / 1000)} WIB`;
export const shortMoment = (date) => `${SHORT_DAY.format(date)}, ${clock(date / 1000)} WIB`;
export const phoneClock = (date) => clock(date / 1000);

// "Hari ini", "Kemarin", "12 Januari", "12 Januari 2025"
export function dayName(seconds, nowDate) {
  const key = dayKey(seconds);
  if (key === dayKey(nowDate / 1000)) return "Hari ini";
  if (key === dayKey(nowDate / 1000 - 86400)) return "Kemarin";
  const then = moment(seconds);
  return (YEAR.format(then) === YEAR.format(nowDate) ? DAY : DAY_AND_YEAR).format(then);
}

export function fileSize(bytes) {
  if (bytes === undefined || bytes === null) return "";
  const number = (value, digits) => value.toLocaleString("id-ID", { maximumFractionDigits: digits });
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${number(bytes / 1024, 0)} KB`;
  return `${number(bytes / 1024 / 1024, 1)} MB`;
}

// "Rina Wati, S.Pd." -> "RW"
export function initials(name) {
  const words = name.split(",")[0].trim().split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

// One of eight avatar colours, the same for a person each time.
export const hue = (id) => Math.abs(Number(id) || 0) % 8;
