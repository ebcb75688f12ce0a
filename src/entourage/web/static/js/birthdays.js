// Birthdays: a notice on whatever page is open, and the lists of them kept up with the day.

import { doing, Part } from "./redraw.js";
import { t, tn } from "./words.js";
import { toast } from "./toasts.js";

const STAYS_MS = 20000;
const SOON_MS = 400;
const KEPT = "birthdays";
const BUSY_MS = 3000;
const places = [...document.querySelectorAll("[data-birthdays]")];
const parts = new Map(places.map((place) => [place, new Part(place, { busyMs: BUSY_MS, address: () => place.dataset.birthdays, keep: keepChosen })]));
let timer = 0;

/* A notice lasts, also when its page is left or loaded anew; until somebody has clicked it. */
function notice(text, href, until = Date.now() + STAYS_MS) {
  const note = toast(text, { href, sign: "cake", stays: until - Date.now() });
  const kept = JSON.stringify([text, href, until]);
  sessionStorage.setItem(KEPT, JSON.stringify([...lasting(), kept].slice(-3)));
  note.addEventListener("click", () => sessionStorage.setItem(KEPT, JSON.stringify(lasting().filter((one) => one !== kept))));
}

const lasting = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "[]").filter((one) => JSON.parse(one)[2] > Date.now());
const before = lasting();
sessionStorage.removeItem(KEPT);
for (const one of before) notice(...JSON.parse(one));

/* Who is here, and what to say to them. */
function here({ displayName: name, age, daysLate: late }) {
  if (late) return tn("{name} is here. Their birthday was yesterday!", "{name} is here. Their birthday was {n} days ago!", late, { name });
  return age === null ? t("{name} is here and has their birthday today!", { name }) : t("{name} is here and turns {age} today!", { name, age });
}

/* The day has begun: they are told one after the other, and said together. */
let parties = [];
function begun(party) {
  parties.push(party);
  if (parties.length === 1) setTimeout(sayBegun, SOON_MS);
}

function sayBegun() {
  const told = parties;
  parties = [];
  if (told.length > 1) return notice(tn("{n} birthday today", "{n} birthdays today", told.length), "/birthdays");
  const [{ displayName: name, viewerId: id }] = told;
  notice(t("{name} has their birthday today.", { name }), `/viewers/${id}`);
}

/* Who chose how many days is at the same button afterwards. */
function keepChosen(place) {
  const chosen = place.contains(document.activeElement) ? document.activeElement.dataset.days : "";
  return () => { if (chosen) place.querySelector(`[data-days="${chosen}"]`)?.focus(); };
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => { for (const part of parts.values()) part.again(); }, SOON_MS);
}

document.addEventListener("live", ({ detail }) => {
  for (const { name, payload } of detail) {
    if (name === "viewer:birthday-live") notice(here(payload), `/viewers/${payload.viewerId}`);
    else if (name === "viewer:birthday") begun(payload);
    else if (!(name === "viewer:updated" && payload.reason === "profile-updated")) continue;
    soon();
  }
});
for (const when of ["live:open", "live:again"]) document.addEventListener(when, soon);

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[data-birthdays] [data-days]");
  if (!tab) return;
  const place = tab.closest("[data-birthdays]");
  place.dataset.birthdays = place.dataset.birthdays.replace(/days=\d+/, `days=${tab.dataset.days}`);
  parts.get(place).again(doing(place));
});

// "Tomorrow" becomes "today" at midnight of the creator's zone, whether somebody has their birthday then or not.
const today = () => new Intl.DateTimeFormat("sv", { timeZone: document.documentElement.dataset.zone || "UTC" }).format(new Date());
let day = today();
setInterval(() => {
  if (day === today()) return;
  day = today();
  soon();
}, 30000);
