// What is written about a viewer: each field is saved when it is left, Esc takes back what was typed, Undo what was saved.

import { send, toast } from "./toasts.js";
import { t } from "./words.js";

const drawer = document.getElementById("drawer");
const clean = (text) => text.trim();

/* Tags: chips, and a field in which the next one is written. */

const chipsOf = (field) => field.closest("[data-chips]");
const tagsOf = (field) => [...chipsOf(field).querySelectorAll("[data-tag]")].map((chip) => chip.dataset.tag);

function chip(tag, like) {
  const made = document.createElement("span");
  made.className = "chip-tag";
  made.dataset.tag = tag;
  const words = document.createElement("bdi");
  words.textContent = tag;
  made.append(words);
  if (!like.readOnly) {
    const drop = document.createElement("button");
    drop.type = "button";
    drop.dataset.dropTag = "";
    drop.setAttribute("aria-label", t("Remove {tag}", { tag }));
    drop.innerHTML = '<svg class="icon icon-s" aria-hidden="true"><use href="/static/vendor/icons.svg#x"></use></svg>';
    made.append(drop);
  }
  return made;
}

function writtenTags(field) {
  const typed = field.value.split(",").map(clean).filter(Boolean);
  return [...new Set([...tagsOf(field), ...typed])];
}

function showTags(field, tags) {
  for (const old of chipsOf(field).querySelectorAll("[data-tag]")) old.remove();
  field.before(...tags.map((tag) => chip(tag, field)));
  field.value = "";
}

/* 21.8.1995 and 21.8. are days as Germans write them; points tell day and month apart beyond doubt. */
function birthday(typed) {
  const found = clean(typed).match(/^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?$/);
  if (!found) return clean(typed);
  const [day, month] = [found[1], found[2]].map((part) => part.padStart(2, "0"));
  return `${found[3] ?? "-"}-${month}-${day}`;
}

/* A stored day as its reader writes it. */
function written(day) {
  const found = document.documentElement.lang.startsWith("de") && day.match(/^(\d{4}|-)-(\d\d)-(\d\d)$/);
  return found ? `${Number(found[3])}.${Number(found[2])}.${found[1] === "-" ? "" : found[1]}` : day;
}

const kinds = {
  "": { read: (field) => clean(field.value), show: (field, value) => { field.value = value ?? ""; } },
  number: {
    read: (field) => (clean(field.value) === "" ? null : Number(field.value)),
    show: (field, value) => { field.value = value ?? ""; },
    wrong: (field) => (/^\s*\d{0,3}\s*$/.test(field.value) ? "" : t("A number, please.")),
  },
  birthday: { read: (field) => birthday(field.value), show: (field, value) => { field.value = written(value ?? ""); } },
  tags: { read: writtenTags, show: showTags },
};
const kindOf = (field) => kinds[field.dataset.field] ?? kinds[""];
const same = (one, other) => JSON.stringify(one ?? "") === JSON.stringify(other ?? "");
const keptIn = (field) => JSON.parse(field.dataset.kept);

/** Tell whether a field holds something that is not saved yet. */
export const isDirty = (field) => !same(kindOf(field).read(field), keptIn(field)) || field.dataset.sending !== undefined;

/** Put a value into a field, as one that is saved. */
export function put(field, value) {
  kindOf(field).show(field, value);
  field.dataset.kept = JSON.stringify(value ?? null);
  calm(field);
}

function calm(field) {
  const place = field.closest(".field");
  place.classList.remove("is-unsaved");
  for (const words of place.querySelectorAll(".form-wrong")) words.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}

/* What `send` needs of a form to say something beside this field alone. */
const formOf = (field) => ({
  elements: { [field.name]: field },
  querySelectorAll: (chosen) => field.closest(".field")?.querySelectorAll(chosen) ?? [],
});

const fieldOf = (how, name) => [...drawer.querySelectorAll("form.fields")].find((form) => form.dataset.how === how)?.elements[name];

/** Save a field if it was changed; what cannot be taken stays as it was typed, with the reason beside it. */
export async function save(field) {
  if (field.readOnly || !isDirty(field) || field.dataset.sending !== undefined) return;
  const { how } = field.form.dataset;
  const { name } = field;
  const old = keptIn(field);
  const kind = kindOf(field);
  const value = kind.read(field);
  const label = field.closest(".field").querySelector("label").textContent.trim();
  calm(field);
  const wrong = kind.wrong?.(field);
  if (wrong) return refuse(field, wrong);
  field.dataset.sending = "";
  const answer = await send(how, { [name]: value }, formOf(field));
  delete field.dataset.sending;
  if (!answer) return void field.closest(".field")?.classList.add("is-unsaved");
  const { data } = await answer.json();
  if (same(kind.read(field), value)) put(field, data[name]); // nothing was typed meanwhile
  else field.dataset.kept = JSON.stringify(data[name] ?? null);
  toast(`${label}: ${t("Saved.")}`, { undo: () => undo(how, name, old) });
}

function refuse(field, sentence) {
  const words = document.createElement("div");
  words.className = "form-wrong";
  words.setAttribute("role", "alert");
  words.id = `wrong-${field.name}`;
  words.textContent = sentence;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", words.id);
  field.after(words);
}

async function undo(how, name, old) {
  const answer = await send(how, { [name]: old });
  if (!answer) return;
  const field = fieldOf(how, name);
  if (field) put(field, (await answer.json()).data[name]);
}

/** Save whatever is being written, and resolve when it is. */
export const saveAll = () => Promise.all([...drawer.querySelectorAll("[data-field]")].map(save));

drawer.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (target.dataset.field === undefined || relatedTarget?.closest("[data-chips]")?.contains(target)) return;
  save(target);
});

drawer.addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.dataset.field === undefined) return;
  if (event.key === "Escape" && isDirty(field)) {
    event.stopPropagation(); // the drawer stays: this takes back what was typed
    put(field, keptIn(field));
    return;
  }
  if (event.key === "Enter" && (field.tagName !== "TEXTAREA" || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    save(field);
  }
  if (field.dataset.field !== "tags") return;
  if (event.key === "," && clean(field.value)) {
    event.preventDefault();
    save(field);
  }
  if (event.key === "Backspace" && !field.value && !field.readOnly) dropTag(field, chipsOf(field).querySelector("[data-tag]:nth-last-of-type(1)"));
});

drawer.addEventListener("submit", (event) => { if (event.target.matches("form.fields")) event.preventDefault(); });

function dropTag(field, last) {
  last?.remove();
  save(field);
}

drawer.addEventListener("click", ({ target }) => {
  const chips = target.closest("[data-chips]");
  if (!chips) return;
  const field = chips.querySelector("input");
  const drop = target.closest("[data-drop-tag]");
  if (drop) dropTag(field, drop.closest("[data-tag]"));
  if (drop || target === chips) field.focus();
});

// What may be chosen comes when a field that has choices is entered for the first time.
drawer.addEventListener("focusin", async ({ target }) => {
  const place = document.getElementById("suggestions");
  if (!target.matches?.("input[list]") || !place || place.dataset.asked !== undefined) return;
  place.dataset.asked = "";
  const answer = await fetch("/suggestions", { headers: { "HX-Request": "true" } });
  if (answer.ok) place.innerHTML = await answer.text();
});

// The window is closed in the middle of a word: the word is kept.
window.addEventListener("pagehide", () => {
  const field = document.activeElement;
  if (!drawer.contains(field) || field.dataset.field === undefined || field.readOnly || !isDirty(field)) return;
  const [method, url] = field.form.dataset.how.split(" ");
  const headers = { "Content-Type": "application/json", "x-csrftoken": document.querySelector('meta[name="csrf-token"]').content };
  fetch(url, { method, headers, body: JSON.stringify({ [field.name]: kindOf(field).read(field) }), keepalive: true });
});
