// Short notes in the corner, with Undo where a thing can be undone.

import { t } from "./words.js";

const STAYS_MS = 6000;

/** Show a note; `undo` is called when Undo is pressed, `href` leads to what it is about, `sign` is an icon before it. */
export function toast(text, { undo = null, bad = false, href = "", sign = "", stays = STAYS_MS } = {}) {
  const place = document.getElementById("toasts");
  const note = document.createElement("div");
  note.className = `toast-note${bad ? " is-bad" : ""}`;
  if (sign) note.innerHTML = `<svg class="icon" aria-hidden="true"><use href="/static/vendor/icons.svg#${sign}"></use></svg>`;
  const words = document.createElement(href ? "a" : "span");
  words.className = "grow";
  words.textContent = text;
  if (href) {
    words.href = href;
    if (href.startsWith("/viewers/")) words.dataset.drawer = "";
  }
  note.append(words);
  if (undo) note.append(button(t("Undo"), "btn btn-quiet", () => { note.remove(); undo(); }));
  const close = button("", "btn btn-quiet btn-round", () => note.remove());
  close.setAttribute("aria-label", t("Close"));
  close.innerHTML = '<svg class="icon icon-s" aria-hidden="true"><use href="/static/vendor/icons.svg#x"></use></svg>';
  note.append(close);
  place.append(note);
  while (place.children.length > 3) place.firstElementChild.remove();
  let timer = setTimeout(() => note.remove(), bad ? stays * 2 : stays);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("focusin", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(() => note.remove(), STAYS_MS); });
  return note;
}

function button(text, classes, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = classes;
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

/** What an error answer (problem details) says: a sentence, and sentences for single fields. */
function problem(text) {
  try {
    const { detail, errors } = JSON.parse(text);
    return { detail, errors: errors ?? {} };
  } catch {
    return { detail: t("That did not work. Nothing was changed."), errors: {} };
  }
}

/** Show what went wrong: under the field it is about, else as a note. */
export function complain(text, form = null) {
  const { detail, errors } = problem(text);
  const placed = Object.entries(errors).filter(([name, sentence]) => under(form?.elements?.[name], sentence));
  const seen = placed.some(([name]) => isSeen(form.elements[name]));
  if (!seen) toast(detail, { bad: true });
}

function isSeen(field) {
  const { top, bottom, height } = field.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}

function under(field, sentence) {
  if (!(field instanceof HTMLElement)) return false;
  const words = document.createElement("div");
  words.className = "form-wrong";
  words.id = `wrong-${field.name}`;
  words.setAttribute("role", "alert");
  words.textContent = sentence;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", words.id);
  (field.closest(".form-check") ?? field).after(words);
  return true;
}

/** Take back what `complain` said about a form. */
export function forgive(form) {
  for (const old of form?.querySelectorAll(".form-wrong") ?? []) old.remove();
  for (const field of form?.querySelectorAll("[aria-invalid]") ?? []) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/** Ask the house to change something: `how` is "PATCH /api/…". Resolves to the answer, or to null after saying what went wrong. */
export async function send(how, values = null, form = null) {
  const [method, url] = how.split(" ");
  const headers = { "Content-Type": "application/json", "HX-Request": "true", "x-csrftoken": document.querySelector('meta[name="csrf-token"]').content };
  forgive(form);
  let answer;
  try {
    answer = await fetch(url, { method, headers, body: values ? JSON.stringify(values) : null });
  } catch {
    toast(t("The house does not answer. Is it still running?"), { bad: true });
    return null;
  }
  if (answer.ok) return answer;
  if (answer.headers.get("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
  complain(await answer.text(), form);
  return null;
}

for (const flash of document.querySelectorAll("template[data-flash]")) {
  toast(flash.content.textContent.trim(), { bad: flash.dataset.flash === "bad" });
}
