// Choosing viewers in the list, by pointer and by keys, and doing one thing to all of them.

import { send, toast } from "./toasts.js";
import { number, t, tn } from "./words.js";
import { again, rows, state, suggest } from "./roll.js";

const MOST = 1000;
const list = document.getElementById("list");
const tools = document.getElementById("list-tools");
const [find, bar] = ["list-find", "list-chosen"].map((id) => document.getElementById(id));
const [count, more] = ["chosen-count", "chosen-more"].map((id) => document.getElementById(id));
const ask = document.getElementById("bulk-ask");
const chosen = new Set();
let whole = null; // all that match: how many
let last = null;
let question = asking();

const box = (row) => row.querySelector("[data-pick]");
const sizeOf = ({ count: n, exact }) => (exact ? tn("all {n} viewer", "all {n} viewers", n) : tn("at least {n} viewer", "at least {n} viewers", n));

function draw() {
  const shown = rows();
  for (const row of shown) {
    const on = whole !== null || chosen.has(row.dataset.viewer);
    box(row).checked = on;
    row.classList.toggle("is-picked", on);
  }
  const here = shown.filter((row) => chosen.has(row.dataset.viewer)).length;
  const all = document.getElementById("pick-all");
  if (all) {
    all.checked = shown.length > 0 && (whole !== null || here === shown.length);
    all.indeterminate = whole === null && here > 0 && here < shown.length;
  }
  const some = whole !== null || chosen.size > 0;
  tools.classList.toggle("is-choosing", some);
  bar.inert = !some;
  find.inert = some;
  if (!some) return;
  count.textContent = whole ? t("{whom} selected", { whom: sizeOf(whole) }) : tn("{n} selected", "{n} selected", chosen.size);
  more.hidden = whole !== null || (here === shown.length && !list.querySelector(".more-row"));
  more.textContent = here < shown.length ? tn("Select the {n} shown", "Select the {n} shown", shown.length) : t("Select all that match");
}

function pick(row, on) {
  whole = null;
  if (on && chosen.size < MOST) chosen.add(row.dataset.viewer);
  else if (!on) chosen.delete(row.dataset.viewer);
  last = row;
}

function pickAll(on) {
  whole = null;
  for (const row of rows()) pick(row, on);
  draw();
}

function none() {
  const inside = bar.contains(document.activeElement);
  whole = null;
  chosen.clear();
  draw();
  if (inside) (last?.isConnected ? box(last) : document.getElementById("viewer-search")).focus({ preventScroll: true });
}

list.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches("[data-pick]")) {
    const row = target.closest("tr");
    const all = rows();
    const [from, to] = [all.indexOf(last), all.indexOf(row)].sort((a, b) => a - b);
    if (event.shiftKey && last?.isConnected) for (const one of all.slice(from, to + 1)) pick(one, target.checked);
    else pick(row, target.checked);
    draw();
  } else if (target.id === "pick-all") pickAll(target.checked);
});
document.getElementById("chosen-none").addEventListener("click", none);
more.addEventListener("click", async () => {
  if (rows().some((row) => !chosen.has(row.dataset.viewer))) return pickAll(true);
  const { filter, search, where } = state();
  const asked = new URLSearchParams([["filter", filter], ["search", search], ...where.map((one) => ["where", one])]);
  const answer = await fetch(`/api/viewer-profiles/count?${asked}`);
  if (!answer.ok) return;
  whole = (await answer.json()).data;
  draw();
});

/* Keys: arrows move from row to row, with Shift they choose; Space chooses, Escape chooses nobody. */

list.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr[data-viewer]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.target.id === "viewer-search" && step === 1) {
    event.preventDefault();
    list.querySelector("tr[data-viewer] a[data-drawer]")?.focus();
  }
  if (!row) return;
  const all = rows();
  const next = step && all[all.indexOf(row) + step];
  if (next) {
    event.preventDefault();
    if (event.shiftKey) for (const one of [row, next]) pick(one, true);
    next.querySelector(event.target.matches("[data-pick]") ? "[data-pick]" : "a[data-drawer]").focus();
  } else if (event.key === " " && event.target.matches("a")) {
    event.preventDefault();
    pick(row, !box(row).checked);
  } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    pickAll(true);
  } else return;
  draw();
});
document.addEventListener("keydown", (event) => {
  const busy = !document.getElementById("drawer").hidden || document.querySelector("dialog[open], #list details.menu[open]");
  if (event.key === "Escape" && !busy && !bar.inert) none();
});

// Another question chooses anew; another order does not.
function asking() {
  const { filter, search, where } = state();
  return JSON.stringify([filter, search, where]);
}

document.addEventListener("list", () => {
  if (asking() !== question) {
    whole = null;
    chosen.clear();
  }
  question = asking();
  draw();
});
document.addEventListener("list:rows", draw);
list.addEventListener("htmx:load", draw); // more rows

/* What is done. */

const TITLES = {
  tag: () => t("Tag {whom}", { whom: whom() }),
  untag: () => t("Remove a tag from {whom}", { whom: whom() }),
  favorite: () => t("Make {whom} favorites", { whom: whom() }),
  unfavorite: () => t("Take the star from {whom}", { whom: whom() }),
  block: () => t("Block {whom}", { whom: whom() }),
  unblock: () => t("Unblock {whom}", { whom: whom() }),
};
const DONE = {
  tag: (n) => tn("{n} viewer tagged.", "{n} viewers tagged.", n),
  untag: (n) => tn("Tag removed from {n} viewer.", "Tag removed from {n} viewers.", n),
  favorite: (n) => tn("{n} favorite more.", "{n} favorites more.", n),
  unfavorite: (n) => tn("{n} favorite less.", "{n} favorites less.", n),
  block: (n) => tn("{n} viewer blocked.", "{n} viewers blocked.", n),
  unblock: (n) => tn("{n} viewer unblocked.", "{n} viewers unblocked.", n),
  going: (n) => tn("{n} viewer changed.", "{n} viewers changed.", n),
};
const whom = () => (whole ? sizeOf(whole) : tn("{n} viewer", "{n} viewers", chosen.size));

bar.addEventListener("click", ({ target }) => {
  const action = target.closest("[data-bulk]")?.dataset.bulk;
  if (!action) return;
  const menu = target.closest("details");
  if (menu) menu.open = false;
  if (action === "export") return load();
  if (!whole && action !== "tag" && action !== "untag") return run(action);
  document.getElementById("bulk-title").textContent = TITLES[action]();
  document.getElementById("bulk-do").textContent = target.closest("[data-bulk]").textContent.trim();
  const field = document.getElementById("bulk-tag-name");
  document.getElementById("bulk-tag").hidden = !action.endsWith("tag");
  field.required = action.endsWith("tag");
  field.value = "";
  ask.dataset.action = action;
  ask.showModal();
  if (field.required) suggest();
});

ask.addEventListener("click", ({ target }) => { if (target === ask || target.closest("[data-close-ask]")) ask.close(); });
document.getElementById("bulk-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await run(ask.dataset.action, event.target.elements.tag.value, event.target)) ask.close();
});

function load() {
  const link = document.getElementById("download").cloneNode();
  if (!whole) link.href = `/api/viewer-profiles/export?format=csv&ids=${[...chosen].join()}`;
  link.click();
}

async function run(action, tag = "", form = null) {
  const { filter, search, where } = state();
  const order = whole ? { all: { filter, search, where } } : { ids: [...chosen].map(Number) };
  const answer = await send("POST /api/viewer-profiles/bulk", { action, tag, ...order }, form);
  if (!answer) return false;
  const { data } = await answer.json();
  none();
  if (data.state === "done") finish(data, action);
  else follow(data.entry, action);
  return true;
}

function finish({ entry, changed, full }, action) {
  again();
  const done = changed ? DONE[action](changed) : t("Nobody had to be changed.");
  const lack = full ? ` ${tn("{n} viewer has no room for another tag.", "{n} viewers have no room for another tag.", full)}` : "";
  toast(done + lack, { undo: changed ? () => undo(entry) : null });
}

async function undo(entry) {
  const answer = await send(`POST /api/viewer-profiles/bulk/${entry}/undo`);
  if (!answer) return;
  const { data } = await answer.json();
  if (data.state !== "done") return follow(entry, null);
  again();
  toast(t("Undone."));
}

/** Show how far a job has come, until it is done; an `action` of null puts back. */
export async function follow(entry, action) {
  const line = document.getElementById("list-going");
  const words = document.createElement("span");
  const stop = document.createElement("button");
  Object.assign(stop, { type: "button", className: "btn btn-quiet btn-small", textContent: t("Undo") });
  stop.addEventListener("click", () => undo(entry), { once: true });
  line.replaceChildren(words, ...(action ? [stop] : []));
  line.hidden = false;
  let data;
  do {
    await new Promise((go) => { setTimeout(go, 500); });
    const answer = await fetch(`/api/viewer-profiles/bulk/${entry}`).catch(() => null);
    if (answer && !answer.ok) break;
    data = answer ? (await answer.json()).data : data;
    if (!line.contains(words)) return; // another one is shown
    words.textContent = data?.of ? t("Working: {n} of {of}", { n: number(data.seen), of: number(data.of) }) : t("Working: {n}", { n: number(data?.seen ?? 0) });
  } while (!data || data.state === "waiting" || data.state === "running");
  line.hidden = true;
  line.replaceChildren();
  if (data?.state === "failed") toast(t("That did not work to the end. What was changed can be undone."), { bad: true, undo: () => undo(entry) });
  else if (data?.state === "done" && action) finish(data, action);
  else {
    again();
    toast(t("Undone."));
  }
}

draw();
