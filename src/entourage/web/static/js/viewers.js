// The list of viewers: search as you type, more rows below, cells that follow the live stream where they stand.

import { ago, duration, moment, number, refreshTimes, tn } from "./words.js";
import { tier } from "./people.js";

const list = document.getElementById("viewers");
const fresh = document.getElementById("fresh");
const search = document.getElementById("viewer-search");
const shows = {
  total_coins_spent: number,
  total_watchtime_seconds: duration,
  total_visits: number,
  total_gifts_sent: number,
  total_comments: number,
  total_likes: number,
};
let unseen = 0;
let asked = 0;

function update(row) {
  const line = list.querySelector(`tr[data-viewer="${row.id}"]`);
  if (!line) return;
  let changed = false;
  for (const [cell, show] of Object.entries(shows)) {
    const place = line.querySelector(`[data-cell="${cell}"] [data-value], [data-cell="${cell}"]`);
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

document.addEventListener("live", ({ detail }) => {
  const newest = new Map();
  for (const { name, payload } of detail) {
    if (payload.viewer) newest.set(payload.viewer.id, payload.viewer);
    if (name === "viewer:new") unseen += 1;
    if (name === "viewer:offline") here(list.querySelector(`tr[data-viewer="${payload.viewerId}"]`), false);
    if (name === "viewer:removed") list.querySelector(`tr[data-viewer="${payload.viewerId}"]`)?.remove();
  }
  for (const row of newest.values()) update(row);
  if (unseen) {
    fresh.hidden = false;
    fresh.querySelector("[data-count]").textContent = tn("{n} new viewer", "{n} new viewers", unseen);
  }
});

async function load(address) {
  const mine = ++asked;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (mine !== asked || !answer.ok) return;
  list.innerHTML = await answer.text();
  window.htmx.process(list);
  refreshTimes(list);
  unseen = 0;
  fresh.hidden = true;
}

const now = () => {
  const address = new URL(document.getElementById("list-address").dataset.address, location.origin);
  if (search.value.trim()) address.searchParams.set("search", search.value.trim());
  else address.searchParams.delete("search");
  return address.pathname + address.search;
};

let timer = 0;
search.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const address = now();
    if (!history.state?.drawer) history.replaceState(history.state, "", address);
    document.dispatchEvent(new CustomEvent("home", { detail: address }));
    await load(address);
  }, 150);
});
search.form.addEventListener("submit", (event) => event.preventDefault());
fresh.addEventListener("click", () => load(now()));
document.getElementById("sort").addEventListener("change", ({ target }) => { location.href = target.value; });
document.addEventListener("live:again", () => load(now()));
