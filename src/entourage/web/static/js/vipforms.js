// Forms about timed VIPs: a field says with data-path where it belongs, the form with data-send to whom it speaks.

import "./sure.js";
import { seldom } from "./seldom.js";
import { values } from "./forms.js";
import { doing, Part } from "./redraw.js";
import { send, toast } from "./toasts.js";
import { t } from "./words.js";

const BUSY_MS = 1500;
const WAIT_MS = 350;
let saving = Promise.resolve();
const part = document.getElementById("vip-part");
const followed = part && new Part(part, { busyMs: BUSY_MS });

async function speak(place, said) {
  const done = part ? doing(part) : [];
  const busy = place.querySelector?.("button:not([type=button])") ?? place;
  busy.disabled = place.dataset.auto === undefined;
  const answer = await send(place.dataset.send, said, place instanceof HTMLFormElement ? place : null);
  busy.disabled = false;
  if (!answer) return;
  toast(place.dataset.said ?? t("Saved."));
  if (place.dataset.keep !== undefined) return;
  if (part && !part.contains(place)) place.reset?.();
  await followed?.again(done);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.auto === undefined) speak(form, values(form));
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-send]");
  if (button) return speak(button, button.dataset.base ? JSON.parse(button.dataset.base) : null);
  const trying = target.closest("[data-try]");
  if (trying) rehearse(trying);
  const placeholder = target.closest("[data-put]");
  if (placeholder) put(placeholder.dataset.put, placeholder.dataset.into);
});

document.addEventListener("change", async ({ target }) => {
  if (target.dataset.source !== undefined) choose(target);
  if (target.dataset.unit !== undefined) endless(target);
  const form = target.form;
  if (form?.dataset.auto === undefined || !form.dataset.send) return;
  const said = values(form); // as it is now: what is typed meanwhile is not said yet
  saving = saving.then(() => speak(form, said)); // one after another: the last word counts
  await saving;
  if (target.dataset.reload !== undefined) location.reload();
});

/* What a rule asks for depends on what it is for. */
function choose(source) {
  for (const place of source.form.querySelectorAll("[data-for]")) {
    const fits = place.dataset.for.split(" ").includes(source.value);
    place.hidden = !fits;
    for (const field of place.querySelectorAll("[data-path]")) field.disabled = !fits;
  }
}

/* A length of time without a number: until the stream ends, or none. */
function endless(unit) {
  const number = unit.parentElement.querySelector("input");
  number.hidden = unit.value === "";
  if (!number.hidden && number.value === "") number.value = "1";
}

async function rehearse(button) {
  const place = document.getElementById("rehearsal");
  const answer = await send(`POST ${button.dataset.try}`, { rule: values(button.form) }, button.form);
  if (!answer) return;
  place.innerHTML = await answer.text();
  place.scrollIntoView({ block: "nearest" });
}

/* Lines: what they would look like, while they are written. */
let lastLine = null;
const timers = new Map();

document.addEventListener("focusin", ({ target }) => { if (target.dataset?.template !== undefined) lastLine = target; });

document.addEventListener("input", ({ target }) => {
  if (target.dataset.template === undefined) return;
  clearTimeout(timers.get(target));
  timers.set(target, setTimeout(() => preview(target), WAIT_MS));
});

async function preview(field) {
  const place = field.parentElement.querySelector("[data-preview]");
  const body = { say: field.closest("[data-say]").dataset.say, text: field.value, language: field.form.elements.language.value };
  const headers = { "Content-Type": "application/json", "HX-Request": "true", "x-csrftoken": document.querySelector('meta[name="csrf-token"]').content };
  const answer = await fetch(field.form.dataset.previewWay ?? "/api/vip/lines/preview", { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json().catch(() => ({}));
  place.classList.toggle("is-wrong", !answer.ok);
  place.textContent = answer.ok ? said.data : said.detail ?? "";
}

function put(text, into) {
  const field = (into && document.querySelector(`[data-template][name="${into}"]`)) ?? lastLine ?? document.querySelector("[data-template]");
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  for (const told of ["input", "change"]) field.dispatchEvent(new Event(told, { bubbles: true })); // a browser tells only of what was typed
}

for (const unit of document.querySelectorAll("[data-unit]")) if (unit.value === "") endless(unit);
document.body.addEventListener("htmx:load", () => { for (const unit of document.querySelectorAll("[data-unit]")) if (unit.value === "") endless(unit); });
const soon = seldom(() => followed.again());
document.addEventListener("live", ({ detail }) => { if (part && detail.some(({ name }) => name.startsWith("vip:"))) soon(); });
for (const when of ["live:open", "live:again"]) document.addEventListener(when, () => { if (part) soon(); });
followed?.wait();
