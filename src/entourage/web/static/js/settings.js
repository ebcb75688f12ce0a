// Settings: a form says with data-how which route it speaks to; the section is drawn anew after a change.

import "./sure.js";
import { doing, fetchInto } from "./redraw.js";
import { send, toast } from "./toasts.js";
import { t } from "./words.js";

function values(form) {
  const said = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.dataset.list !== undefined) {
      said[field.name] ??= [];
      if (field.checked) said[field.name].push(field.value);
    } else if (field.type === "checkbox") said[field.name] = field.checked;
    else if (field.dataset.days !== undefined) said[field.name] = field.value === "" ? null : Number(field.value);
    else if (field.type === "number") said[field.name] = Number(field.value);
    else said[field.name] = field.value;
  }
  return said;
}

/* A section drawn anew: `gently`, when somebody only looks at it. */
async function again(section, { gently = false } = {}) {
  const answer = await fetch(`/settings/${section.dataset.section}`, { headers: { "HX-Request": "true" } });
  const drawn = answer.ok && (await answer.text());
  if (drawn && !(gently && busy(section))) {
    section.innerHTML = drawn;
    window.htmx.process(section);
  }
  if (section.dataset.section === "connections") fetchInto("/chips", "#chips");
}

const busy = (section) => section.contains(document.activeElement) || section.querySelector("[data-code]:not([hidden])") || doing(section).length > 0;

async function speak(form) {
  const section = form.closest("[data-section]");
  const answer = await send(form.dataset.how, form.dataset.bare === undefined ? values(form) : null, form);
  if (!answer) return;
  const body = (answer.status === 204 ? null : await answer.json().catch(() => null)) ?? {};
  if (form.dataset.reload !== undefined) return location.reload();
  await again(section);
  const secret = body.key ?? body.url;
  if (secret) once(section, secret);
  else toast(form.dataset.said ?? t("Saved."));
}

/* A secret is in the answer this one time: it is put into the section and gone with the next page. */
function once(section, secret) {
  const place = section.querySelector("[data-once]");
  if (!place) return;
  place.hidden = false;
  const field = place.querySelector("input");
  field.value = secret;
  field.focus();
  field.select();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-how]");
  if (!form) return;
  event.preventDefault();
  speak(form);
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.dataset.auto !== undefined) speak(target.form);
});

// How a connection is doing changes while one looks.
document.addEventListener("live", ({ detail }) => {
  const section = document.querySelector('[data-section="connections"]');
  if (section && !busy(section) && detail.some(({ name }) => name === "live:state")) again(section, { gently: true });
});
