// The open drawer follows the stream: counters, who is here, tier; what is being typed is never touched.

import { again, gone, openDrawer } from "./drawer.js";
import { compact, duration, moment, number, ago } from "./words.js";

const drawer = document.getElementById("drawer");
const shapes = { number, duration };
const BY_HAND = new Set(["profile-updated", "vip-updated"]);
let planned = 0;

/** Fetch the pieces anew in a moment: many changes of one moment cost one question. */
function soon(wait) {
  clearTimeout(planned);
  planned = setTimeout(again, wait);
}

function say(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}

function here(online) {
  drawer.querySelector(".drawer-head .face")?.classList.toggle("is-here", online);
  drawer.querySelector("[data-here]").hidden = !online;
  drawer.querySelector("[data-away]").hidden = online;
}

function follow(inner, row) {
  for (const place of inner.querySelectorAll("[data-count]")) say(place, shapes[place.dataset.as](row[place.dataset.count]));
  const have = { coins: row.total_coins_spent, hours: Math.floor(row.total_watchtime_seconds / 360) / 10, visits: row.total_visits };
  for (const way of inner.querySelectorAll("[data-way]")) {
    const bar = way.querySelector("progress");
    bar.value = Math.min(have[way.dataset.way], bar.max);
    say(way.querySelector("[data-have]"), compact(have[way.dataset.way]));
  }
  const seen = inner.querySelector("[data-away] time");
  if (seen && seen.dateTime !== row.last_seen_at) {
    seen.dateTime = row.last_seen_at;
    seen.title = moment(row.last_seen_at);
    seen.textContent = ago(row.last_seen_at);
  }
  here(row.online);
  if ((row.vip_tier ?? "") !== inner.dataset.tierNow) soon(300);
}

document.addEventListener("live", ({ detail }) => {
  const inner = drawer.querySelector("[data-viewer]");
  if (!inner) return;
  const id = Number(inner.dataset.viewer);
  let newest = null;
  for (const { name, payload } of detail) {
    if (payload.viewerId !== id) continue;
    if (name === "viewer:removed") return payload.into ? openDrawer(`/viewers/${payload.into}`) : gone(); // linked to somebody
    if (payload.viewer) newest = payload.viewer;
    if (name === "viewer:offline") here(false);
    if (BY_HAND.has(payload.reason)) soon(400);
  }
  if (newest) follow(inner, newest);
});
