// What all pages of clips run: forms that say with data-send whom they speak to, parts that follow what happens, and live counters.

import "./sure.js";
import { values } from "./forms.js";
import { doing, Part } from "./redraw.js";
import { seldom } from "./seldom.js";
import { complain, send, toast } from "./toasts.js";
import { compact, number, t } from "./words.js";

const BUSY_MS = 2000;
const REST_MS = 1500;
const tag = document.documentElement.lang || "en";
const part = document.querySelector("[data-clip-part]");
const followed = part && new Part(part, { busyMs: BUSY_MS, address: () => part.dataset.clipPart || location.href, keep: keepOutlooks });

/* Looking ahead is dear: once for each visit. */
function keepOutlooks() {
  const known = new Map([...part.querySelectorAll("[data-outlook]")].map((one) => [one.dataset.outlook, one]));
  return () => {
    for (const one of part.querySelectorAll("[data-outlook]")) if (known.has(one.dataset.outlook)) one.replaceWith(known.get(one.dataset.outlook));
  };
}

function once(secret) {
  const place = document.querySelector("[data-once]");
  place.hidden = false;
  const field = place.querySelector("input");
  field.value = secret;
  field.focus();
  field.select();
}

/* Why nothing is counted now, if that was asked for. */
function counted({ asked, open, fresh, uncounted, unpaid }) {
  if (asked !== 0) return undefined;
  if (open) return t("It is being counted already.");
  if (fresh) return t("It was counted less than five minutes ago.");
  if (uncounted) return t("Nobody counts there yet: paste a key, or enter views by hand.");
  if (unpaid) return t("The money for counting is used up for this month.");
  return t("Nothing is due right now.");
}

/* What a button or a form says: its own fields, or what stands in data-base. */
async function speak(place) {
  const done = part ? doing(part) : [];
  const said = place instanceof HTMLFormElement ? values(place) : place.dataset.form !== undefined ? values(place.form) : place.dataset.base ? JSON.parse(place.dataset.base) : null;
  const buttons = place instanceof HTMLFormElement ? [...place.querySelectorAll("button:not([type=button])")] : [place];
  for (const one of buttons) one.disabled = true;
  const answer = await send(place.dataset.send, said, place instanceof HTMLFormElement ? place : null);
  for (const one of buttons) one.disabled = false;
  if (!answer) return;
  const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  const told = body.data ?? body;
  const go = document.getElementById("open-now");
  if (go && told.id) place.dataset.send = `PUT /api/clips/campaigns/${told.id}`; // it is made: a second try changes it
  if (go?.checked && told.id && !(await send(`PUT /api/clips/campaigns/${told.id}/state`, { state: "ACTIVE" }, place))) return;
  if (place.dataset.then !== undefined) return void location.assign(place.dataset.then.replace("{id}", told.id));
  const undo = place.dataset.undo;
  const back = undo && (async () => {
    const closed = part ? doing(part) : [];
    if (await send(undo, place.dataset.undoBase ? JSON.parse(place.dataset.undoBase) : null)) await followed?.again(closed);
  });
  const secret = told.url ?? (told.token && `${location.origin}/report/${told.token}`);
  if (place.dataset.keep === undefined && place instanceof HTMLFormElement) place.reset();
  if (place.dataset.keep === undefined) await followed?.again(done);
  if (secret && document.querySelector("[data-once]")) once(secret);
  else toast(counted(told) ?? place.dataset.said ?? t("Saved."), { undo: back });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.auto === undefined) speak(form);
});

let saving = Promise.resolve();
document.addEventListener("change", ({ target }) => {
  if (target.dataset.goes !== undefined) return void location.assign(target.value);
  if (target.form?.dataset.auto !== undefined && target.form.dataset.send) saving = saving.then(() => speak(target.form));
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-send]");
  if (button) return void speak(button);
  const open = target.closest("[data-opens]");
  const menu = target.closest(".menu-item")?.closest("details");
  if (menu) menu.open = false;
  if (open) {
    const place = document.getElementById(open.dataset.opens);
    place.hidden = !place.hidden;
    open.setAttribute("aria-expanded", String(!place.hidden));
    if (!place.hidden) place.querySelector("input, textarea, select")?.focus();
  }
  const copy = target.closest("[data-copy]");
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    navigator.clipboard?.writeText(field.value).then(() => toast(t("Copied.")), () => field.select());
  }
});

// A link that is tried: what it shows is put into the page.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-look]");
  if (!form) return;
  event.preventDefault();
  const place = document.getElementById(form.dataset.into);
  const button = form.querySelector("button");
  button.disabled = true;
  place.setAttribute("aria-busy", "true");
  const said = new URLSearchParams(new FormData(form));
  const answer = await fetch(`${form.dataset.look}?${said}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  place.removeAttribute("aria-busy");
  button.disabled = false;
  if (answer?.ok) place.innerHTML = await answer.text();
  else if (answer) complain(await answer.text(), form);
});

/* Live counters: a clip's row follows its own update at once; sums are asked for a moment later. */
const money = (minor, currency) => {
  const style = new Intl.NumberFormat(tag, { style: "currency", currency });
  return style.format(minor / 10 ** style.resolvedOptions().maximumFractionDigits);
};

function put(place, text, title = "") {
  if (!place || place.textContent === text) return;
  place.textContent = text;
  if (title) place.title = title;
  place.classList.remove("is-fresh");
  requestAnimationFrame(() => place.classList.add("is-fresh"));
}

function follow(clip) {
  for (const row of document.querySelectorAll(`[data-clip="${clip.id}"]`)) {
    put(row.querySelector("[data-views]"), compact(clip.views), number(clip.views));
    put(row.querySelector("[data-earned]"), money(clip.earned, clip.currency));
  }
}

const soon = seldom(async () => {
  await followed.again();
  await new Promise((done) => { setTimeout(done, REST_MS); }); // ten thousand clips that are counted redraw sums now and then, rows at once
});
const count = seldom(async () => {
  const place = document.querySelector("[data-clip-waiting]");
  const answer = place && (await fetch("/clips/waiting", { headers: { "HX-Request": "true" } }).catch(() => null));
  if (!answer?.ok) return;
  const many = Number(await answer.text());
  place.firstElementChild.textContent = number(many);
  place.hidden = !many;
});

document.addEventListener("live", ({ detail }) => {
  const clips = detail.filter(({ name }) => name.startsWith("clip:"));
  if (!clips.length) return;
  for (const { name, payload } of clips) if (name === "clip:updated") follow(payload.clip);
  const mine = part?.dataset.about;
  const about = ({ name, payload }) => !mine || name !== "clip:updated" || String(payload.clip.id) === mine;
  if (part && clips.some(about)) soon();
  count();
});
document.addEventListener("live:again", () => { if (part) soon(); count(); });
document.addEventListener("live:open", () => { if (part) soon(); else count(); });
followed?.wait();
