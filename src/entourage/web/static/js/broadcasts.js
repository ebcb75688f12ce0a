// A message to many: seen while it is written, kept as a draft, sent once.

import { forgive, send, toast } from "./toasts.js";
import { t } from "./words.js";

const WAIT_MS = 350;
const form = document.getElementById("mass");
const place = document.getElementById("mass-preview");
let timer = 0;
let asked = 0;

function said() {
  const lists = { included: [], excluded: [], own_included: [], own_excluded: [] };
  for (const field of form.querySelectorAll("[data-list]")) if (field.checked) lists[field.dataset.list].push(field.value);
  const { text, at } = form.elements;
  return { text: text.value, lists, at: at.value ? `${at.value}:00`.slice(0, 19) : null, twin: Number(form.dataset.twin) || null };
}

async function look() {
  const mine = ++asked;
  const headers = { "Content-Type": "application/json", "HX-Request": "true", "x-csrftoken": document.querySelector('meta[name="csrf-token"]').content };
  const answer = await fetch("/chats/broadcasts/preview", { method: "POST", headers, body: JSON.stringify(said()) });
  if (answer.ok && mine === asked) place.innerHTML = await answer.text();
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
}

async function keep() {
  const key = form.dataset.editing;
  const answer = await send(key ? `PUT /api/chats/broadcasts/${key}` : "POST /api/chats/broadcasts", said(), form);
  if (!answer) return null;
  const { data } = await answer.json();
  form.dataset.editing = data.id;
  return data.id;
}

async function go(after) {
  clearTimeout(timer);
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const key = await keep();
  const done = key && (await after(key));
  for (const button of form.querySelectorAll("button")) button.disabled = false;
  if (done) location.assign("/chats/broadcasts");
}

if (form) {
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forgive(form);
    go((key) => send(`POST /api/chats/broadcasts/${key}/send`, null, form));
  });
  form.querySelector("[data-keep-draft]").addEventListener("click", () => go(async () => { toast(t("Saved.")); return true; }));
  if (form.elements.text.value) look();
}
