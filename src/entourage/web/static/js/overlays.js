// Overlays: made, looked at and changed on one page; a secret address is in an answer once and is shown once.

import { send, toast } from "./toasts.js";
import { ago, t } from "./words.js";

const SAVE_AFTER_MS = 350;
const OPEN_FOR_MS = 40000;
const editor = document.getElementById("overlay-editor");
const list = document.getElementById("overlay-list");
const seen = new Map(); // by overlay: when it was last said to be open

const headers = { "HX-Request": "true" };
const chosen = () => editor.querySelector("[data-chosen]");

async function fill(place, path) {
  const answer = await fetch(path, { headers });
  if (answer.ok) place.innerHTML = await answer.text();
  return answer.ok;
}

async function relist() {
  await fill(list, "/overlays/list");
  for (const row of list.querySelectorAll("[data-overlay]")) mark(row);
}

function mark(row) {
  const here = row.dataset.overlay === chosen()?.dataset.chosen;
  row.classList.toggle("is-here", here);
  if (here) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
}

async function open(id, { remember = true } = {}) {
  if (!(await fill(editor, `/overlays/${id}`))) return false;
  if (remember) history.pushState({}, "", `/overlays/${id}`);
  for (const row of list.querySelectorAll("[data-overlay]")) mark(row);
  fit();
  return true;
}

/* The one answer that holds the address. */
function once({ url, launcher, name }) {
  const place = editor.querySelector("[data-once]");
  place.hidden = false;
  const field = place.querySelector("input");
  field.value = url;
  place.querySelector("[data-copy]").focus();
  place.querySelector("[data-launcher]").onclick = () => {
    const file = document.createElement("a");
    file.href = URL.createObjectURL(new Blob([launcher], { type: "text/html" }));
    file.download = `${name.replace(/[^\p{L}\p{N} -]+/gu, "").trim() || "overlay"}.html`;
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 10000);
  };
}

async function fresh(how, values = null) {
  const answer = await send(how, values);
  if (!answer) return;
  const made = await answer.json();
  await relist();
  if (await open(made.id, { remember: made.id !== chosen()?.dataset.chosen })) once(made);
}

async function revoke(id) {
  if (!(await send(`DELETE /api/overlays/${id}`))) return;
  editor.replaceChildren();
  history.pushState({}, "", "/overlays");
  await relist();
  toast(t("The overlay is gone; where OBS shows it, it is blank."), {
    undo: async () => {
      if (!(await send(`POST /api/overlays/${id}/restore`))) return;
      await relist();
      await open(id);
    },
  });
}

/* Every change is kept a moment after it is made. */
let saving = 0;
function options(form) {
  const said = {};
  for (const field of form.elements) {
    if (!field.name || field.name === "name") continue;
    if (field.dataset.list !== undefined) {
      said[field.name] ??= [];
      if (field.checked) said[field.name].push(field.value);
    } else if (field.type === "checkbox") said[field.name] = field.checked;
    else if (field.type === "number") said[field.name] = Number(field.value);
    else said[field.name] = field.value;
  }
  return said;
}

async function save(form, id) {
  if (!form.reportValidity()) return;
  const answer = await send(`PATCH /api/overlays/${id}`, { name: form.elements.namedItem("name").value, options: options(form) }, form);
  if (!answer) return;
  const { name } = await answer.json();
  for (const place of [editor.querySelector("#overlay-title"), list.querySelector(`[data-overlay="${id}"] .cut`)]) if (place) place.textContent = name;
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-options]");
  if (!form) return;
  clearTimeout(saving);
  saving = setTimeout(save, SAVE_AFTER_MS, form, chosen().dataset.chosen);
});
document.addEventListener("submit", (event) => event.target.closest("form[data-options]") && event.preventDefault());

/* The preview is as large as in OBS and drawn smaller. */
let size = [1920, 1080];
function fit() {
  const frame = document.getElementById("preview");
  if (!frame) return;
  const [width, height] = size;
  const room = frame.parentElement;
  const scale = Math.min(room.clientWidth / width, 520 / height);
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
  frame.style.transform = `scale(${scale}) translateX(-50%)`;
  room.style.setProperty("--preview-height", `${Math.round(height * scale)}px`);
  for (const tab of editor.querySelectorAll("[data-size]")) tab.setAttribute("aria-pressed", String(tab.dataset.size === size.join("x")));
}
addEventListener("resize", fit);

/* The address is dotted: what is on this screen may be on the stream. */
function reveal(yes) {
  const button = editor.querySelector("[data-reveal]");
  editor.querySelector("#fresh-address").classList.toggle("is-dotted", !yes);
  button.setAttribute("aria-pressed", String(yes));
  button.textContent = yes ? t("Hide") : t("Show");
}

// A press that ends something asks once more, in its own place.
function sure(button) {
  if (button.dataset.asked) return true;
  button.dataset.asked = "yes";
  const before = button.innerHTML;
  button.textContent = button.dataset.sure;
  setTimeout(() => {
    delete button.dataset.asked;
    button.innerHTML = before;
  }, 4000);
  return false;
}

document.addEventListener("click", (event) => {
  const found = (name) => event.target.closest(`[data-${name}]`);
  const id = chosen()?.dataset.chosen;
  const make = found("make");
  if (make) return fresh("POST /api/overlays", { kind: make.dataset.make, name: make.dataset.name });
  const row = found("overlay");
  if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    return open(row.dataset.overlay);
  }
  if (found("rotate")) return sure(found("rotate")) && fresh(`POST /api/overlays/${id}/address`);
  if (found("revoke")) return revoke(id);
  if (found("scene")) return send(`POST /api/overlays/${id}/rehearsal`, { scene: found("scene").dataset.scene });
  if (found("reveal")) return reveal(found("reveal").getAttribute("aria-pressed") !== "true");
  if (found("copy") && !navigator.clipboard) {
    reveal(true); // dots cannot be copied by hand
    return editor.querySelector("#fresh-address").select();
  }
  if (found("size")) {
    size = found("size").dataset.size.split("x").map(Number);
    fit();
  }
});

addEventListener("popstate", () => {
  const id = location.pathname.split("/")[2];
  if (id) open(id, { remember: false });
  else location.reload();
});

/* Whether OBS shows an overlay: told as it happens, and doubted when nothing was heard for a while. */
function line(id, isOpen, at) {
  for (const place of document.querySelectorAll(`[data-line-of="${id}"]`)) {
    place.classList.toggle("is-open", isOpen);
    if (isOpen) continue;
    const when = place.querySelector("[data-when-shut]");
    const time = Object.assign(document.createElement("time"), { dateTime: at, textContent: ago(at) });
    time.dataset.ago = "";
    when.replaceChildren(t("OBS was here"), " ", time);
  }
}

document.addEventListener("live", ({ detail }) => {
  for (const { name, payload } of detail) {
    if (name !== "overlay:line") continue;
    seen.set(payload.id, payload.open ? Date.now() : 0);
    line(payload.id, payload.open, payload.at);
  }
});
setInterval(() => {
  const old = [...document.querySelectorAll(".overlay-line.is-open")].some((place) => Date.now() - (seen.get(place.dataset.lineOf) ?? 0) > OPEN_FOR_MS);
  if (old && !document.hidden) doubt();
}, OPEN_FOR_MS);

/* What was open when the page came, and never said so since, is asked about. */
async function doubt() {
  const answer = await fetch("/api/overlays");
  if (answer.ok) for (const one of await answer.json()) line(one.id, one.open, one.seen_at ?? one.created_at);
}

fit();
