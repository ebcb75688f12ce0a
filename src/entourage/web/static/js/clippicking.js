// The review queue as a list: clips are chosen by pointer or by keys, and decided together.

import { isHeld, isShown } from "./redraw.js";
import { send, toast } from "./toasts.js";
import { refreshTimes, t, tn } from "./words.js";

const MOST = 1000;
const list = document.getElementById("picking");
const outcome = document.getElementById("outcome");
const ask = document.getElementById("reject-ask");
const chosen = new Set();
const rows = () => [...list.querySelectorAll("[data-pick-clip]")];
const box = (row) => row.querySelector("[data-pick]");
const idOf = (row) => Number(row.dataset.pickClip);
let busy = false;

function draw() {
  const shown = rows();
  for (const row of shown) {
    if (!box(row)) return; // somebody who only looks
    box(row).checked = chosen.has(idOf(row));
    row.classList.toggle("is-picked", chosen.has(idOf(row)));
  }
  const here = shown.filter((row) => chosen.has(idOf(row))).length;
  const all = document.getElementById("pick-all");
  const bar = document.getElementById("list-chosen");
  if (!all) return;
  all.checked = shown.length > 0 && here === shown.length;
  all.indeterminate = here > 0 && here < shown.length;
  document.getElementById("list-tools").classList.toggle("is-choosing", chosen.size > 0);
  bar.inert = !chosen.size;
  document.getElementById("list-find").inert = chosen.size > 0;
  if (chosen.size) document.getElementById("chosen-count").textContent = tn("{n} selected", "{n} selected", chosen.size);
  const more = document.getElementById("chosen-more");
  more.hidden = here === shown.length;
  more.textContent = tn("Select the {n} shown", "Select the {n} shown", shown.length);
}

function pick(row, on) {
  if (on && chosen.size < MOST) chosen.add(idOf(row));
  else if (!on) chosen.delete(idOf(row));
}

function pickAll(on) {
  for (const row of rows()) pick(row, on);
  draw();
}

/* Drawn anew; after a decision the keyboard is at the first clip, else at the one where it was. */
async function again({ decided = false } = {}) {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  const drawn = answer?.ok && (await answer.text());
  if (!drawn) return;
  if (!decided && (chosen.size || busy || isShown(drawn, list))) return;
  if (isHeld(list)) return void soon();
  const at = document.activeElement;
  const inside = list.contains(at);
  const clip = inside && at.closest("[data-pick-clip]")?.dataset.pickClip;
  list.innerHTML = drawn;
  window.htmx.process(list);
  refreshTimes(list);
  const there = new Set(rows().map(idOf));
  for (const id of chosen) if (!there.has(id)) chosen.delete(id);
  draw();
  const same = clip && list.querySelector(`[data-pick-clip="${clip}"] :is([data-pick], a)`);
  if (inside || (decided && at === document.body)) (same || list.querySelector("[data-pick], a"))?.focus({ preventScroll: true });
}

async function decide(decision, ids, reason = "", form = null) {
  if (busy) return false;
  busy = true;
  const answer = await send("POST /clips/review/all", { ids, decision, rejectionReason: reason }, form);
  busy = false;
  if (!answer) return false;
  outcome.innerHTML = await answer.text();
  const { said, undoable } = outcome.querySelector("[data-said]").dataset;
  const back = undoable.split(",").filter(Boolean).map(Number);
  chosen.clear();
  toast(said, { undo: back.length ? () => decide("reopen", back) : null });
  await again({ decided: true });
  return true;
}

function run(decision) {
  if (!chosen.size) return;
  if (decision === "approve") return void decide("approve", [...chosen]);
  document.getElementById("reject-title").textContent = tn("Reject {n} clip", "Reject {n} clips", chosen.size);
  document.getElementById("own-reason").value = "";
  ask.showModal();
  ask.querySelector("input:checked").focus();
}

list.addEventListener("click", ({ target }) => {
  if (target.matches("[data-pick]")) {
    pick(target.closest("tr"), target.checked);
    draw();
  } else if (target.id === "pick-all") pickAll(target.checked);
  else if (target.closest("#chosen-more")) pickAll(true);
  else if (target.closest("#chosen-none")) none();
  else if (target.closest("[data-decide]")) run(target.closest("[data-decide]").dataset.decide);
});

function none() {
  chosen.clear();
  draw();
  list.querySelector("[data-pick]")?.focus({ preventScroll: true });
}

ask.addEventListener("click", ({ target }) => { if (target === ask || target.closest("[data-close-ask]")) ask.close(); });
document.getElementById("reject-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { rejectionReason, reason } = event.target.elements;
  if (await decide("reject", [...chosen], rejectionReason.value.trim() || reason.value, event.target)) ask.close();
});
outcome.addEventListener("click", ({ target }) => { if (target.closest("[data-close-outcome]")) outcome.replaceChildren(); });

/* Keys: arrows move from row to row, Space chooses, A approves and R rejects what is chosen, Escape chooses none. */
list.addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-pick-clip]");
  if (!row || !box(row)) return;
  const all = rows();
  const next = all[all.indexOf(row) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0)];
  if (event.key.startsWith("Arrow") && next && next !== row) {
    event.preventDefault();
    box(next).focus();
  } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.stopPropagation();
    pickAll(true);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("textarea, select, input:not([type=checkbox])") || !chosen.size) return;
  if (event.key === "Escape") return none();
  const decision = { a: "approve", r: "reject" }[event.key.toLowerCase()];
  if (!decision) return;
  event.preventDefault();
  run(decision);
});
list.addEventListener("htmx:load", draw); // more rows

// Somebody handed a clip in, or decided: the list follows while nobody chooses in it.
document.addEventListener("live", ({ detail }) => {
  if (!chosen.size && !busy && rows().length < 60 && detail.some(({ name }) => name === "clip:updated")) soon();
});
let timer = 0;
function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => { if (!chosen.size && !busy) again(); }, 1500);
}
for (const when of ["live:open", "live:again"]) document.addEventListener(when, soon);
draw();
