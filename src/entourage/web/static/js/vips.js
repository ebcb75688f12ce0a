// VIPs: time left counting down, badges given, extended, taken back and restored, and the page kept up with Twitch.

import { isHeld, keepOpen } from "./redraw.js";
import { seldom } from "./seldom.js";
import { duration, refreshTimes, t, tn } from "./words.js";
import { send, toast } from "./toasts.js";

const DAY_S = 86400;
const BUSY_MS = 3000; // something is on its way: it may fail without a word
const CALM_MS = 20000;
const place = document.getElementById("vips-now");
const dialog = document.getElementById("vip-dialog");

/* Counting down */

function left(until) {
  const seconds = Math.ceil((new Date(until) - Date.now()) / 1000);
  if (seconds <= 0) return t("ends now");
  if (seconds >= 2 * DAY_S) {
    const hours = Math.floor((seconds % DAY_S) / 3600);
    const days = tn("{n} day", "{n} days", Math.floor(seconds / DAY_S));
    return hours ? `${days} ${hours} h` : days;
  }
  if (seconds >= 3600) return duration(seconds);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  for (const one of document.querySelectorAll("time[data-until]")) {
    const text = left(one.dateTime);
    if (one.textContent !== text) one.textContent = text;
    one.classList.toggle("is-soon", new Date(one.dateTime) - Date.now() < 300000);
  }
}

/* The page as it is now */

let asked = Date.now();

const grants = () => new Set([...place.querySelectorAll("[data-grant]")].map((one) => one.dataset.grant));

async function again() {
  asked = Date.now();
  const answer = await fetch("/vips/now", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const drawn = await answer.text();
  if (isHeld(place)) return soon();
  const before = grants();
  const reopen = keepOpen(place);
  const row = document.activeElement?.closest("#vips-now [data-badge]");
  const at = row ? [...row.querySelectorAll("button")].indexOf(document.activeElement) : -1;
  place.innerHTML = drawn;
  window.htmx.process(place);
  reopen();
  for (const one of place.querySelectorAll("[data-grant]")) if (!before.has(one.dataset.grant)) one.classList.add("glow");
  if (at >= 0) place.querySelectorAll(`[data-badge="${CSS.escape(row.dataset.badge)}"] button`)[at]?.focus();
  refreshTimes(place);
  tick();
}

const soon = seldom(again);

function watch() {
  tick();
  if (document.hidden) return;
  const busy = place.querySelector("[data-claim], .badge-step") || [...place.querySelectorAll("time[data-until]")].some((one) => new Date(one.dateTime) <= Date.now());
  if (Date.now() - asked > (busy ? BUSY_MS : CALM_MS)) soon();
}

if (place) {
  setInterval(watch, 1000);
  tick();
  document.addEventListener("live", ({ detail }) => { if (detail.some(({ name }) => name.startsWith("vip:") || name === "live:state")) soon(); });
  for (const when of ["live:open", "live:again"]) document.addEventListener(when, soon);
}

/* Hands */

async function change(how, values, said, undo = null) {
  const answer = await send(how, values);
  if (!answer) return;
  const { data } = await answer.json();
  toast(said, { undo: undo && (() => undo(data)) });
  soon();
}

function revoke(user, name) {
  change(`DELETE /api/vip?userId=${encodeURIComponent(user)}`, null, t("The badge of {name} is being taken back.", { name }), (grant) => {
    change("POST /api/vip/restore", { grant: grant.id }, t("{name} gets the badge back.", { name }));
  });
}

const extend = (userId, seconds, name) => change("POST /api/vip/extend", { userId, seconds }, t("{name} stays VIP for longer.", { name }));

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const row = button.closest("[data-badge]");
  const name = button.dataset.name ?? row?.querySelector("strong").textContent ?? "";
  if (button.dataset.extend && row) extend(row.dataset.badge, Number(button.dataset.extend), name);
  else if (button.dataset.extendOwn !== undefined) ask("extend", row.dataset.badge, name);
  else if (button.dataset.revoke !== undefined) revoke(row.dataset.badge, name);
  else if (button.dataset.keep) change("POST /api/vip/permanent/keep", { userId: button.dataset.keep }, t("The badge of {name} stays.", { name }));
  else if (button.dataset.takeOver && !button.closest("dialog")) ask("takeOver", button.dataset.takeOver, name);
  else if (button.dataset.give !== undefined && !button.closest("dialog")) ask("give");
  else if (button.dataset.closeDialog !== undefined) dialog.close();
});

/* The dialog: to whom, and for how long. */

function ask(what, user = "", name = "") {
  const form = dialog.querySelector("form");
  Object.assign(dialog.dataset, { what, user, name });
  const title = dialog.querySelector("[data-dialog-title]");
  title.textContent = title.dataset[what].replace("{name}", name);
  const press = dialog.querySelector("[data-dialog-send]");
  press.textContent = press.dataset[what];
  dialog.querySelector("[data-only-give]").hidden = what !== "give";
  form.elements.login.value = "";
  form.elements.login.required = what === "give";
  own();
  dialog.showModal();
  if (what === "give") form.elements.login.focus();
}

function own() {
  dialog.querySelector("[data-own]").hidden = dialog.querySelector("[name=time]:checked")?.value !== "own";
}

function seconds(form) {
  const chosen = form.elements.time.value;
  if (chosen === "stream") return null;
  return chosen === "own" ? Number(form.elements.seconds.value) * Number(form.elements.unit.value) : Number(chosen);
}

async function finish(form) {
  const { what, user, name } = dialog.dataset;
  const lasts = seconds(form);
  const login = form.elements.login.value.trim().replace(/^@/, "");
  const [how, values, said] = {
    give: ["POST /api/vip", { login, seconds: lasts }, t("A badge is on its way to {name}.", { name: login })],
    extend: ["POST /api/vip/extend", { userId: user, seconds: lasts }, t("{name} stays VIP for longer.", { name })],
    takeOver: ["POST /api/vip/permanent/take-over", { userId: user, seconds: lasts }, t("The badge of {name} has an end now.", { name })],
  }[what];
  const answer = await send(how, values, form);
  if (!answer) return;
  dialog.close();
  toast(said);
  soon();
}

if (dialog) {
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    finish(event.target);
  });
  dialog.addEventListener("change", own);
  let typing = 0;
  dialog.addEventListener("input", ({ target }) => {
    if (target.name !== "login") return;
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const answer = await fetch(`/vips/whom?q=${encodeURIComponent(target.value)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (answer?.ok) document.getElementById("vip-whom").innerHTML = await answer.text();
    }, 200);
  });
}
