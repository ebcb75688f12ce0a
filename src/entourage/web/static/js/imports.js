// Import: a file is dropped, arrives, is looked at, is taken over; what was imported is followed and undone.

import { refreshTimes, t } from "./words.js";
import { complain, send, toast } from "./toasts.js";

const ADDRESS = "/api/viewer-profiles/imports";
const GLANCE = 2000; // lines that are looked at before all are
const ASK_MS = 1000;
const drop = document.getElementById("drop");
const input = document.getElementById("file");
const sent = document.getElementById("sent");
const wrong = document.getElementById("wrong");
const place = document.getElementById("look");
const past = document.getElementById("past");
let file = null;
let upload = "";
let asked = 0;
let timer = 0;

const token = () => document.querySelector('meta[name="csrf-token"]').content;
const form = () => document.getElementById("way");

// A file arrives.
async function take(chosen) {
  if (!chosen) return;
  file = chosen;
  wrong.textContent = "";
  away();
  upload = await handIn(chosen);
  input.value = "";
  if (upload) await look({}, { first: true });
}

/** Send the file, and show how much of it has arrived; resolves to its mark, or to "" after saying what went wrong. */
function handIn(chosen) {
  return new Promise((resolve) => {
    const line = new XMLHttpRequest();
    const fail = (sentence) => { sent.hidden = true; wrong.textContent = sentence; resolve(""); };
    line.upload.addEventListener("progress", ({ loaded, total }) => { sent.value = loaded / total; });
    line.addEventListener("error", () => fail(t("The house does not answer. Is it still running?")));
    line.addEventListener("load", () => {
      if (line.status >= 400) return fail(sentenceOf(line.responseText));
      sent.hidden = true;
      resolve(JSON.parse(line.responseText).data.upload);
    });
    sent.hidden = false;
    sent.value = 0;
    line.open("POST", `${ADDRESS}/files`);
    line.setRequestHeader("Content-Type", "application/octet-stream");
    line.setRequestHeader("HX-Request", "true");
    line.setRequestHeader("x-csrftoken", token());
    line.send(chosen);
  });
}

function sentenceOf(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return t("That did not work. Nothing was changed.");
  }
}

// What is in it.
async function look(way, { first = false, again = true } = {}) {
  const mine = ++asked;
  place.setAttribute("aria-busy", "true");
  for (const most of [GLANCE, null]) {
    const headers = { "Content-Type": "application/json", "HX-Request": "true", "x-csrftoken": token() };
    const body = JSON.stringify({ upload, name: file.name.slice(0, 200), ...way, ...(most ? { most } : {}) });
    const answer = await fetch("/imports/look", { method: "POST", headers, body }).catch(() => null);
    if (mine !== asked) return;
    if (answer?.status === 404 && again) {
      // The house has let go of the file; it is still here.
      upload = await handIn(file);
      return upload ? look(way, { first, again: false }) : undefined;
    }
    if (!answer?.ok) {
      place.removeAttribute("aria-busy");
      const text = answer ? await answer.text() : "";
      if (first) wrong.textContent = answer ? sentenceOf(text) : t("The house does not answer. Is it still running?");
      else complain(text);
      return;
    }
    show(await answer.text(), first && most !== null);
    if (form().dataset.whole === "yes") break;
  }
  place.removeAttribute("aria-busy");
}

function show(html, first) {
  const held = place.contains(document.activeElement) ? document.activeElement.name : "";
  place.innerHTML = html;
  drop.hidden = true;
  if (held) {
    const again = form().elements[held];
    again?.closest("details")?.setAttribute("open", "");
    again?.focus();
  }
  else if (first) document.getElementById("file-title").focus({ preventScroll: true });
}

function away() {
  asked += 1;
  place.replaceChildren();
  place.removeAttribute("aria-busy");
  drop.hidden = false;
}

/** How the form says the file is to be read. A new program has columns of its own, so nothing is said of them then. */
function way(changed = "") {
  const said = { source: form().elements.source.value };
  if (changed === "source") return said;
  said.platform = form().elements.platform.value;
  said.mapping = {};
  said.rules = {};
  for (const one of form().querySelectorAll("[data-column]")) said.mapping[one.dataset.column] = one.value;
  for (const one of form().querySelectorAll("[data-rule]")) said.rules[one.dataset.rule] = one.value;
  return said;
}

place.addEventListener("change", ({ target }) => {
  if (!target.name) return;
  if (target.dataset.column && target.value) {
    // What one column holds, no other does.
    const kind = target.value.split(":")[0];
    for (const other of form().querySelectorAll("[data-column]")) {
      if (other !== target && other.value.split(":")[0] === kind) other.value = "";
    }
  }
  const submit = form().querySelector('[type="submit"]');
  submit.disabled = true;
  look(way(target.name));
});

place.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-away]")) return;
  away();
  input.focus();
});

place.addEventListener("submit", async (event) => {
  event.preventDefault();
  const submit = form().querySelector('[type="submit"]');
  if (submit.disabled) return;
  submit.disabled = true;
  const answer = await send(`POST ${ADDRESS}`, { upload, name: file.name.slice(0, 200), ...way() });
  if (!answer) { submit.disabled = false; return; }
  away();
  await follow();
  const row = past.querySelector(`[data-import="${(await answer.json()).data.id}"]`);
  row?.scrollIntoView({ block: "nearest" });
});

// What was imported.
async function follow() {
  clearTimeout(timer);
  const answer = await fetch("/imports", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) {
    const held = past.contains(document.activeElement) ? document.activeElement.dataset.undo : "";
    past.innerHTML = await answer.text();
    refreshTimes(past);
    if (held) past.querySelector(`[data-import="${held}"] :is(a, button)`)?.focus();
  }
  later();
}

function later() {
  clearTimeout(timer);
  if (past.querySelector("[data-busy]")) timer = setTimeout(follow, ASK_MS);
}

past.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-undo], [data-join]");
  if (!button) return;
  const { undo, join } = button.dataset;
  button.disabled = true;
  const answer = await send(undo ? `POST ${ADDRESS}/${undo}/undo` : `POST ${ADDRESS}/${join}/links`);
  button.disabled = false;
  if (answer) toast(undo ? t("Everything is going back as it was before this import.") : t("Accounts that were seen here become one person."));
  follow();
});

document.addEventListener("live:again", follow);

// Dropping, anywhere on the page.
let inside = 0;
document.addEventListener("dragenter", (event) => { if (event.dataTransfer?.types.includes("Files")) { inside += 1; drop.classList.add("is-over"); } });
document.addEventListener("dragleave", () => { inside = Math.max(0, inside - 1); if (!inside) drop.classList.remove("is-over"); });
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  inside = 0;
  drop.classList.remove("is-over");
  take(event.dataTransfer?.files[0]);
});
input.addEventListener("change", () => take(input.files[0]));
later();
