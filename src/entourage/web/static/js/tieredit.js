// The editor of tiers: a ladder that is sorted, added to and taken from; what it would do is shown before it is saved.

import { t, tn } from "./words.js";
import { complain, forgive, send } from "./toasts.js";

const form = document.getElementById("rungs-form");
const list = document.getElementById("rungs");
const gone = document.getElementById("gone");
const preview = document.getElementById("preview");
const takeBack = document.getElementById("take-back");
const ADDRESS = "/api/viewer-profiles/vip/tiers";
const removed = new Map(); // name of a removed tier -> { rung, line }
const ways = { coins: "min_coins_spent", hours: "min_watchtime_hours", visits: "min_visits" };
let asked = 0;
let timer = 0;
let dirty = false;

const rungs = () => [...list.children];
const field = (rung, name) => rung.querySelector(`[data-field="${name}"]`);

/** Fields are named by their place, so that the house can say which of them is wrong. */
function number() {
  for (const [place, rung] of rungs().entries()) {
    for (const input of rung.querySelectorAll("input, textarea")) {
      input.dataset.field ??= input.name;
      input.name = `tiers.${place}.${input.dataset.field}`;
    }
    rung.querySelector('[data-step="-1"]').disabled = place === 0;
    rung.querySelector('[data-step="1"]').disabled = place === rungs().length - 1;
    rung.querySelector("[data-remove]").disabled = rungs().length === 1;
  }
}

function plan() {
  const tiers = rungs().map((rung) => ({
    id: rung.dataset.id ? Number(rung.dataset.id) : null,
    tier_name: field(rung, "tier_name").value,
    min_coins_spent: Number(field(rung, "min_coins_spent").value),
    min_watchtime_hours: Number(field(rung, "min_watchtime_hours").value),
    min_visits: Number(field(rung, "min_visits").value),
    badge_color: field(rung, "badge_color").value,
    benefits: field(rung, "benefits").value.split("\n").map((line) => line.trim()).filter(Boolean),
  }));
  const where = [...removed].map(([name, { line }]) => [name, line.querySelector("[data-gone-where]").value || null]);
  return { tiers, removed: Object.fromEntries(where), take_back: takeBack.checked };
}

const whole = () => rungs().every((rung) => [...rung.querySelectorAll("input")].every((input) => input.checkValidity()));

function changed() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(look, 250);
}

async function look() {
  const mine = ++asked;
  forgive(form);
  if (!whole()) return;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "Content-Type": "application/json", "HX-Request": "true", "x-csrftoken": token };
  const answer = await fetch(`${ADDRESS}/preview`, { method: "POST", headers, body: JSON.stringify(plan()) }).catch(() => null);
  if (mine !== asked || !answer) return;
  if (!answer.ok) return complain(await answer.text(), form);
  const { data } = await answer.json();
  if (mine === asked) show(data);
}

function show(seen) {
  const parts = seen.moves.map(move);
  const sum = document.createElement("p");
  sum.className = "num";
  sum.dataset.sum = "";
  const up = tn("{n} viewer moves up", "{n} viewers move up", seen.up);
  const down = tn("{n} moves down", "{n} move down", seen.down);
  sum.textContent = seen.moves.length ? `${seen.at_least ? t("At least") + " " : ""}${up}, ${down}.` : t("Nobody moves.");
  parts.unshift(sum);
  document.querySelector("[data-sum-here]").textContent = sum.textContent;
  if (!seen.promotes) parts.push(quiet(t("Automatic promotion is switched off: nobody moves up by themselves.")));
  if (seen.held) parts.push(quiet(tn("{n} viewer has a tier set by hand and stays.", "{n} viewers have a tier set by hand and stay.", seen.held)));
  preview.replaceChildren(...parts);
  for (const rung of rungs()) {
    const name = field(rung, "tier_name").value.trim();
    const lines = seen.warnings.filter((one) => one.tier === name).map((one) => warning(one));
    const place = rung.querySelector("[data-warn]");
    place.hidden = !lines.length;
    place.textContent = lines.join(" ");
    rung.querySelector("[data-holders]").textContent = tn("{n} viewer after saving", "{n} viewers after saving", seen.holders[name] ?? 0);
  }
}

function warning({ way, below }) {
  if (way === "coins") return t("Asks for fewer coins than {below} below it.", { below });
  if (way === "hours") return t("Asks for fewer hours than {below} below it.", { below });
  return t("Asks for fewer visits than {below} below it.", { below });
}

function quiet(text) {
  const line = document.createElement("p");
  line.className = "small quiet";
  line.textContent = text;
  return line;
}

function move({ old, new: next, up, viewers, people }) {
  const line = document.createElement("div");
  line.className = `move ${up ? "move-up" : "move-down"}`;
  const head = document.createElement("div");
  head.className = "move-head";
  head.innerHTML = `<svg class="icon icon-s" aria-hidden="true"><use href="/static/vendor/icons.svg#${up ? "arrow-up" : "arrow-down"}"></use></svg>`;
  const count = document.createElement("b");
  count.className = "num";
  count.textContent = tn("{n} viewer:", "{n} viewers:", viewers);
  const arrow = document.createElement("span");
  arrow.className = "quiet";
  arrow.textContent = "→";
  head.append(count, badge(old), arrow, badge(next));
  line.append(head);
  const names = people.map((one) => one.display_name).join(", ");
  if (names) {
    const who = quiet(viewers > people.length ? t("{names} and others", { names }) : names);
    who.classList.add("move-people");
    line.append(who);
  }
  return line;
}

function badge(name) {
  const made = document.createElement("span");
  if (name === null) {
    made.className = "quiet";
    made.textContent = t("no tier");
    return made;
  }
  made.className = "move-tier";
  const all = [...rungs(), ...[...removed.values()].map(({ rung }) => rung)];
  const rung = all.find((one) => field(one, "tier_name").value.trim() === name || one.dataset.name === name);
  if (rung) made.style.setProperty("--tier", field(rung, "badge_color").value);
  made.textContent = name;
  return made;
}

// Order: buttons, or dragging by the grip.
function step(rung, by) {
  const other = by < 0 ? rung.previousElementSibling : rung.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(rung);
  else other.after(rung);
  number();
  const button = rung.querySelector(`[data-step="${by}"]`);
  (button.disabled ? rung.querySelector(`[data-step="${-by}"]`) : button).focus();
  changed();
}

let dragged = null;
list.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-grip]")?.closest("[data-rung]") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(dragged, 16, 16);
  dragged.classList.add("is-dragged");
});
list.addEventListener("dragover", (event) => {
  const over = event.target.closest("[data-rung]");
  if (!dragged || !over) return;
  event.preventDefault();
  mark(over === dragged ? null : over);
});
list.addEventListener("drop", (event) => {
  const over = event.target.closest("[data-rung]");
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
  if (over.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING) over.before(dragged);
  else over.after(dragged);
  number();
  changed();
});
list.addEventListener("dragend", () => {
  mark(null);
  dragged?.classList.remove("is-dragged");
  dragged = null;
});

function mark(over) {
  for (const rung of rungs()) {
    const before = dragged && over === rung && over.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING;
    rung.classList.toggle("is-below", Boolean(over === rung && before));
    rung.classList.toggle("is-above", Boolean(over === rung && !before));
  }
}

// Take from the ladder, and think better of it.
function remove(rung) {
  const after = rung.nextElementSibling ?? rung.previousElementSibling;
  rung.remove();
  if (rung.dataset.name) {
    const line = document.getElementById("gone-rung").content.firstElementChild.cloneNode(true);
    const count = Number(rung.dataset.count);
    line.querySelector("[data-gone-name]").textContent = rung.dataset.name;
    line.querySelector("[data-gone-count]").textContent = count ? tn("{n} viewer has it.", "{n} viewers have it.", count) : t("Nobody has it.");
    line.querySelector(".gone-where").hidden = !count;
    line.querySelector("[data-keep]").addEventListener("click", () => keep(rung));
    removed.set(rung.dataset.name, { rung, line });
    gone.append(line);
  }
  number();
  offer();
  after?.querySelector("[data-remove]")?.focus();
  changed();
}

function keep(rung) {
  removed.get(rung.dataset.name).line.remove();
  removed.delete(rung.dataset.name);
  list.append(rung);
  number();
  offer();
  field(rung, "tier_name").focus();
  changed();
}

/** Whoever loses their tier may go to any that stays. */
function offer() {
  gone.hidden = !removed.size;
  for (const { line } of removed.values()) {
    const select = line.querySelector("[data-gone-where]");
    const chosen = select.value;
    const names = rungs().map((rung) => field(rung, "tier_name").value.trim()).filter(Boolean);
    select.replaceChildren(select.firstElementChild, ...names.map((name) => new Option(t("move to {tier}", { tier: name }), name)));
    select.value = names.includes(chosen) ? chosen : "";
  }
}

document.getElementById("add").addEventListener("click", () => {
  const rung = document.getElementById("new-rung").content.firstElementChild.cloneNode(true);
  const below = list.lastElementChild;
  list.append(rung);
  number();
  if (below) for (const name of Object.values(ways)) field(rung, name).value = String(Number(field(below, name).value) * 2);
  field(rung, "tier_name").focus();
  changed();
});

list.addEventListener("click", ({ target }) => {
  const rung = target.closest("[data-rung]");
  const by = target.closest("[data-step]")?.dataset.step;
  if (by) step(rung, Number(by));
  else if (target.closest("[data-remove]")) remove(rung);
});

form.addEventListener("input", ({ target }) => {
  if (target.dataset.field === "badge_color") target.closest("[data-rung]").style.setProperty("--tier", target.value);
  if (target.dataset.field === "tier_name") offer();
  changed();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!whole()) return form.reportValidity();
  clearTimeout(timer);
  asked += 1;
  const saves = form.querySelectorAll('[type="submit"]');
  for (const save of saves) save.disabled = true;
  const answer = await send(`PUT ${ADDRESS}`, plan(), form);
  for (const save of saves) save.disabled = false;
  if (!answer) return;
  dirty = false;
  location.assign("/tiers");
});

window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

number();
