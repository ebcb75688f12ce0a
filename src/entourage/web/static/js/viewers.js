// The list of viewers: search as you type, sort, columns, and cells that follow the live stream where they stand.

import { ago, duration, moment, number, t, tn } from "./words.js";
import { tier } from "./people.js";
import { send } from "./toasts.js";
import { addressOf, again, go, heard, rows, state } from "./roll.js";
import { follow } from "./selection.js";
import "./conditions.js";

const list = document.getElementById("list");
const fresh = document.getElementById("fresh");
const search = document.getElementById("viewer-search");
const shows = {
  total_coins_spent: number,
  total_watchtime_seconds: duration,
  total_visits: number,
  total_gifts_sent: number,
  total_comments: number,
  total_likes: number,
  total_shares: number,
};
let unseen = 0;

const rowOf = (id) => list.querySelector(`tr[data-viewer="${id}"]`);

function update(row, sort) {
  const line = rowOf(row.id);
  if (!line) return;
  let changed = false;
  for (const [cell, show] of Object.entries(shows)) {
    const place = line.querySelector(`[data-cell="${cell}"]`);
    const text = show(row[cell]);
    if (place && place.textContent.trim() !== text) {
      place.textContent = text;
      changed = true;
    }
  }
  const seen = line.querySelector('[data-cell="last_seen_at"] time');
  if (seen && seen.dateTime !== row.last_seen_at) {
    seen.dateTime = row.last_seen_at;
    seen.title = moment(row.last_seen_at);
    seen.textContent = ago(row.last_seen_at);
  }
  const badge = line.querySelector(".tier");
  if (badge && badge.textContent !== (row.vip_tier ?? "")) {
    tier(badge, row.vip_tier);
    changed = true;
  }
  if (line.dataset.at !== undefined) line.dataset.at = row[sort];
  line.classList.toggle("is-blocked", row.is_blocked);
  for (const [mark, on] of [["star", row.is_favorite], ["moderator", row.is_moderator]]) {
    const place = line.querySelector(`[data-mark="${mark}"]`);
    if (place) place.toggleAttribute("hidden", !on);
  }
  here(line, row.online);
  if (changed) {
    line.classList.remove("glow");
    void line.offsetWidth; // so that the same row can glow again
    line.classList.add("glow");
  }
}

function here(line, online) {
  line?.querySelector(".face")?.classList.toggle("is-here", online);
}

// Rows never change places under the pointer: a button says that their order is not the newest any more.
function disordered({ sort, order }) {
  const at = rows().map((row) => row.dataset.at).filter((value) => value !== undefined);
  const value = sort.endsWith("_at") ? Date.parse : Number;
  return at.some((one, n) => n > 0 && (order === "desc" ? value(one) > value(at[n - 1]) : value(one) < value(at[n - 1])));
}

function offer(now) {
  const old = disordered(now);
  fresh.hidden = !unseen && !old;
  fresh.querySelector("[data-count]").textContent = unseen ? tn("{n} new viewer", "{n} new viewers", unseen) : t("Sort again");
}

document.addEventListener("live", ({ detail }) => {
  const now = state();
  const newest = new Map();
  const byHand = new Set();
  for (const { name, payload } of detail) {
    if (payload.viewer) newest.set(payload.viewer.id, payload.viewer);
    if (payload.reason === "profile-updated") byHand.add(payload.viewerId);
    if (name === "viewer:new") unseen += 1;
    if (name === "viewer:offline") here(rowOf(payload.viewerId), false);
    if (name === "viewer:removed") rowOf(payload.viewerId)?.remove();
  }
  for (const row of newest.values()) {
    heard(row.id);
    update(row, now.sort);
  }
  if (byHand.size) again([...byHand].filter(rowOf)); // tags are not in what screens are told
  if (newest.size || unseen) offer(now);
});

document.addEventListener("list", () => {
  unseen = 0;
  offer(state());
  if (document.activeElement !== search) search.value = state().search;
});
document.addEventListener("list:rows", () => offer(state()));
for (const when of ["live:open", "live:again"]) document.addEventListener(when, () => again());

let timer = 0;
search.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => go(addressOf({ search: search.value.trim() }), { push: false, keep: ["builder"] }), 150);
});
search.form.addEventListener("submit", (event) => event.preventDefault());
fresh.addEventListener("click", () => go(state().address, { push: false, keep: ["builder"] }));

list.addEventListener("change", async ({ target }) => {
  if (target.id === "sort") go(target.value);
  if (target.name !== "columns") return;
  const columns = [...list.querySelectorAll('[name="columns"]:checked')].map((one) => one.value);
  if (await send("PUT /api/me/columns", { columns })) go(state().address, { push: false, keep: ["builder", "list-order", "list-ways"] });
});

// A menu closes when something else is pressed, or by Escape.
const open = () => list.querySelectorAll("details.menu[open]");
document.addEventListener("click", ({ target }) => { for (const menu of open()) if (!menu.contains(target)) menu.open = false; });
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

const going = JSON.parse(document.getElementById("going").textContent);
if (going) follow(going.entry, "going");
