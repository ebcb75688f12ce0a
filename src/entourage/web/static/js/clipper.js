// A clipper's pages: what is told of their clips is fetched anew in their language, link by link; forms speak to the interface.

import "./sure.js";
import { values } from "./forms.js";
import { doing, fetchInto, keepOpen } from "./redraw.js";
import { seldom } from "./seldom.js";
import { send, toast } from "./toasts.js";
import { t } from "./words.js";

const me = document.getElementById("main").dataset.me;
const planned = new Map();
const rows = new Map(); // of each clip: its row is fetched anew
const BUSY_MS = 2000;

/** Do something in a moment, once, however often it was asked for. */
function soon(key, work, wait = 400) {
  clearTimeout(planned.get(key));
  planned.set(key, setTimeout(work, wait));
}

const trigger = (id) => document.getElementById(id) && window.htmx.trigger(`#${id}`, id);

async function row(id) {
  const place = document.querySelector(`li[data-clip="${id}"]`);
  if (!place) return;
  const before = place.querySelector("[data-count]").dataset.count;
  await fetchInto(`/clips/mine/${id}/row`, place, "outerHTML");
  const after = document.querySelector(`li[data-clip="${id}"]`);
  if (after && after.querySelector("[data-count]").dataset.count !== before) after.classList.add("glow");
}

const show = (page) => fetchInto(`/clips/mine/${page.dataset.clipPage}`, page, "innerHTML");

// What is looked at stays open, and what is pressed stays where it is.
document.body.addEventListener("htmx:beforeSwap", ({ detail, target }) => {
  if (target.dataset.clipPage === undefined) return;
  if (doing(target).length) {
    detail.shouldSwap = false;
    return soon("page", () => show(target), BUSY_MS);
  }
  target.addEventListener("htmx:afterSwap", keepOpen(target), { once: true });
});

function about(clip) {
  const page = document.querySelector(`[data-clip-page="${clip.id}"]`);
  if (page) {
    soon("talk", () => trigger("talk-words"));
    return soon("page", () => show(page));
  }
  if (document.querySelector(`li[data-clip="${clip.id}"]`)) {
    if (!rows.has(clip.id)) rows.set(clip.id, seldom(() => row(clip.id)));
    return rows.get(clip.id)();
  }
  return soon("list", () => trigger("clipper-clips"));
}

document.addEventListener("live", ({ detail }) => {
  for (const { name, payload } of detail) {
    if (name === "clip:updated" && payload.clip.user_id === me) about(payload.clip);
    if (name === "clip:money" && payload.user_id === me) soon("money", () => trigger("clipper-money"));
  }
});
function everything() {
  const page = document.querySelector("[data-clip-page]");
  if (page) show(page);
  trigger("clipper-clips");
  trigger("clipper-money");
}
for (const when of ["live:open", "live:again"]) document.addEventListener(when, everything);

// Once a clip is in, the field is free for the next one.
document.body.addEventListener("handed-in", () => {
  document.getElementById("clip-link").value = "";
  trigger("clipper-clips");
});

// A form with data-do says with it which route it speaks to; data-then is where to go on.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-do]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  const answer = await send(form.dataset.do, values(form), form);
  button.disabled = false;
  if (!answer) return;
  if (form.dataset.then) location.assign(form.dataset.then);
  else toast(t("Saved."));
});

// What was said stands in the thread now.
document.body.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.matches("form[data-talk]")) target.reset();
});

// How money goes out: only the fields of the chosen way are asked for.
function ways(form) {
  const chosen = form.querySelector("input[name=method]:checked")?.value;
  for (const part of form.querySelectorAll("[data-way]")) {
    part.hidden = part.dataset.way !== chosen;
    for (const field of part.querySelectorAll("input")) field.disabled = part.hidden;
  }
}
for (const form of document.querySelectorAll("[data-ways]")) {
  ways(form);
  form.addEventListener("change", () => ways(form));
}

document.querySelector("[data-creator]")?.addEventListener("change", async ({ target }) => {
  if (await send(`POST /api/creators/${target.value}/switch`)) location.assign("/");
});
