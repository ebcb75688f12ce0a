// Words, numbers and times in the reader's language.

const said = JSON.parse(document.getElementById("words").textContent);
const tag = document.documentElement.lang || "en";
const zone = document.documentElement.dataset.zone || "UTC";
const whole = new Intl.NumberFormat(tag);
const short = new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(tag, { style: "percent", signDisplay: "exceptZero" });
const rules = new Intl.PluralRules(tag);
const relative = new Intl.RelativeTimeFormat(tag, { style: "short", numeric: "always" });
const hourMinute = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
const onlyDate = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeZone: zone });
const exact = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short", timeZone: zone });

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

/** Say a sentence; `{name}` is filled from `values`. */
export const t = (text, values = {}) => fill(said[text] ?? text, values);

/** Say a sentence about `n` things. */
export const tn = (one, many, n, values = {}) => {
  const forms = said[one] ?? [one, many];
  return fill(rules.select(n) === "one" ? forms[0] : forms[1], { n: number(n), ...values });
};

export const number = (value) => whole.format(value);
export const compact = (value) => (Math.abs(value) < 10000 ? whole.format(value) : short.format(value).replace(/k$/, "K")); // as the server writes it
export const percent = (value) => share.format(value);
export const clockTime = (iso) => hourMinute.format(new Date(iso));
export const moment = (iso) => exact.format(new Date(iso));

/** Seconds in their two largest units, as the server writes them. */
export const duration = (seconds) => {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours >= 100) return `${number(hours)} h`;
  if (hours) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes ? `${minutes} min` : `${Math.floor(seconds)} s`;
};

/** Relative for a day, then the date. */
export const ago = (iso) => {
  const seconds = (Date.now() - new Date(iso)) / 1000;
  if (seconds < 60) return t("just now");
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return relative.format(-Math.floor(seconds / 3600), "hour");
  return onlyDate.format(new Date(iso));
};

/** Bring every relative time below `root` up to date. */
export const refreshTimes = (root = document) => {
  for (const one of root.querySelectorAll("time[data-ago]")) {
    const text = ago(one.dateTime);
    if (one.textContent !== text) one.textContent = text;
  }
};

setInterval(() => { if (!document.hidden) refreshTimes(); }, 20000);
