// Tonight: counters, who is here, who just walked in, and the feed, all following the stream.

import { clockTime, compact, number, percent, refreshTimes, t, tn } from "./words.js";
import { drawn, face, tier } from "./people.js";
import { doing, fetchInto, isHeld } from "./redraw.js";

const MOST_LINES = 100;
const MOST_HERE = 30;
const CARD_MS = 4000;
const PARTY_MS = 15000;
const HELD_MS = 1000;
const ICONS = { comment: "message", gift: "gift", like: "heart", share: "share-3", follow: "user-plus", join: "door-enter", subscribe: "star", tier: "crown" };

const feed = document.getElementById("feed");
const paused = document.getElementById("feed-paused");
const hereList = document.getElementById("here");
const walk = document.getElementById("walk");
let held = [];
let over = false;
let only = "all";

/* Counters */

function setStat(name, text) {
  for (const place of document.querySelectorAll(`[data-stat="${name}"]`)) if (place.textContent !== text) place.textContent = text;
}

function totals(now) {
  for (const name of ["here", "coins", "viewers", "new_viewers", "gifts", "comments", "likes"]) setStat(name, compact(now[name]));
  if (now.watching !== null) setStat("watching", tn("{n} watching", "{n} watching", now.watching));
  usual(now.coins, now.usual_coins);
  setStat("of_viewers", tn("of {n} viewer", "of {n} viewers", now.viewers));
  const was = document.getElementById("tonight").dataset.live === "true";
  // The evening began or ended: another page, but not while somebody reads or writes in the drawer.
  if (was !== now.live && document.getElementById("drawer").hidden) location.reload();
}

function usual(coins, mean) {
  const bar = document.getElementById("usual-bar");
  if (!bar || !mean) return;
  bar.max = Math.max(mean, 1);
  bar.value = Math.min(coins, mean);
  const over_usual = coins / mean - 1;
  setStat("usual", over_usual > 0 ? t("{share} over the usual {n}", { share: percent(over_usual), n: compact(mean) }) : t("usually {n}", { n: compact(mean) }));
}

/* Feed */

function words(item) {
  switch (item.kind) {
    case "comment": return item.text ?? "";
    case "gift": return (item.amount ?? 1) > 1 ? t("gave {gift} × {n}", { gift: item.gift ?? t("a gift"), n: number(item.amount) }) : t("gave {gift}", { gift: item.gift ?? t("a gift") });
    case "like": return tn("liked", "liked × {n}", item.amount ?? 1);
    case "share": return t("shared the stream");
    case "follow": return t("follows you now");
    case "join": return item.first_time ? t("is here for the first time") : t("came in");
    case "subscribe": return (item.amount ?? 1) > 1 ? t("subscribed, month {n}", { n: number(item.amount) }) : t("subscribed");
    case "tier": return t("is now {tier}", { tier: item.tier ?? item.text });
    default: return "";
  }
}

function line(item) {
  const [row, part] = drawn("feed-row");
  row.classList.add(`is-${item.kind}`);
  row.item = item;
  row.dataset.kind = item.kind;
  row.hidden = !wanted(item.kind);
  if (item.kind === "tier") row.dataset.tier = item.tier ?? item.text;
  part("time").dateTime = item.at;
  part("time").textContent = clockTime(item.at);
  part("kind").firstElementChild.setAttribute("href", `/static/vendor/icons.svg#${ICONS[item.kind] ?? "message"}`);
  face(part("face-of"), { id: item.viewer_id ?? 0, name: item.displayName, avatar: item.avatar });
  part("name").textContent = item.displayName;
  part("name").href = `/viewers/${item.viewer_id}`;
  tier(part("badge"), item.kind === "tier" ? null : item.tier);
  part("new").hidden = !(item.first_time && item.kind !== "join");
  say(row, item);
  return row;
}

function say(row, item) {
  row.querySelector("[data-words]").textContent = words(item);
  const coins = row.querySelector("[data-coins]");
  coins.hidden = !item.coins;
  coins.textContent = item.coins ? tn("{n} coin", "{n} coins", item.coins) : "";
}

/* A streak or a burst of likes grows in its line instead of pushing everything down. */
function grown(item) {
  if (item.kind !== "gift" && item.kind !== "like") return false;
  for (const row of [...feed.children].slice(0, 8)) {
    const last = row.item;
    if (last?.kind !== item.kind || last.viewer_id !== item.viewer_id || last.gift !== item.gift) continue;
    if (new Date(item.at) - new Date(last.at) > 12000) return false;
    last.amount = (last.amount ?? 1) + (item.amount ?? 1);
    last.coins = (last.coins ?? 0) + (item.coins ?? 0);
    say(row, last);
    return true;
  }
  return false;
}

const GROUPS = { all: null, comment: ["comment"], gift: ["gift", "subscribe", "tier"], follow: ["follow", "share", "join"] };
const wanted = (kind) => GROUPS[only]?.includes(kind) ?? true;

function show(items, glow = true) {
  const rows = document.createDocumentFragment();
  for (const item of items) {
    if (glow && grown(item)) continue;
    const row = line(item);
    if (glow) row.classList.add("glow");
    rows.prepend(row);
  }
  feed.prepend(rows);
  while (feed.children.length > MOST_LINES) feed.lastElementChild.remove();
  document.getElementById("feed-empty").hidden = feed.children.length > 0;
}

function take(items) {
  if (!over && feed.scrollTop < 24) return show(items.slice(-MOST_LINES));
  held = held.concat(items).slice(-MOST_LINES);
  paused.hidden = false;
  paused.textContent = tn("{n} new line", "{n} new lines", held.length);
}

function goOn() {
  if (!held.length) return;
  const items = held;
  held = [];
  paused.hidden = true;
  show(items);
}

feed.addEventListener("pointerenter", ({ pointerType }) => { over = pointerType === "mouse"; });
feed.addEventListener("pointerleave", () => { over = false; if (feed.scrollTop < 24) goOn(); });
feed.addEventListener("scroll", () => { if (!over && feed.scrollTop < 24) goOn(); }, { passive: true });
paused.addEventListener("click", () => { feed.scrollTop = 0; goOn(); });

for (const tab of document.querySelectorAll("[data-feed-only]")) {
  tab.addEventListener("click", () => {
    only = tab.dataset.feedOnly;
    for (const one of document.querySelectorAll("[data-feed-only]")) one.setAttribute("aria-pressed", String(one === tab));
    for (const row of feed.children) row.hidden = !wanted(row.dataset.kind);
  });
}

/* Who is here */

function hereRow(viewer) {
  const [row, part] = drawn("here-row");
  row.dataset.viewer = viewer.id;
  row.querySelector("a").href = `/viewers/${viewer.id}`;
  face(part("face-of"), { id: viewer.id, name: viewer.display_name, avatar: viewer.profile_picture_url });
  part("name").textContent = viewer.display_name;
  tier(part("badge"), viewer.vip_tier);
  part("star").toggleAttribute("hidden", !viewer.is_favorite);
  part("visits").textContent = viewer.total_visits > 1 ? tn("{n} visit", "{n} visits", viewer.total_visits) : t("new");
  return row;
}

function arrive(viewers, glow = true) {
  for (const viewer of viewers) {
    if (viewer.is_blocked) continue;
    hereList.querySelector(`[data-viewer="${viewer.id}"]`)?.remove();
    const row = hereRow(viewer);
    if (glow) row.classList.add("glow");
    hereList.prepend(row);
  }
  while (hereList.children.length > MOST_HERE) hereList.lastElementChild.remove();
  document.getElementById("here-empty").hidden = hereList.children.length > 0;
}

/* Who just walked in: the one worth a greeting, one at a time. */

let best = null;
let shownAt = 0;
let stays = CARD_MS;
const celebrating = new Set();
const ranks = JSON.parse(document.getElementById("ranks").textContent);
const worth = (viewer) => (celebrating.has(viewer.id) ? 1e9 : 0) + (ranks[viewer.vip_tier] ?? 0) * 1e6 + (viewer.is_favorite ? 5e5 : 0) + viewer.total_visits * 100 + Math.min(viewer.total_coins_spent, 1e5);

async function greet() {
  if (!best || Date.now() - shownAt < stays || walk.matches(":hover, :focus-within")) return;
  const viewer = best;
  best = null;
  shownAt = Date.now();
  stays = celebrating.has(viewer.id) ? PARTY_MS : CARD_MS;
  const answer = await fetch(`/viewers/${viewer.id}/arrival`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  walk.innerHTML = await answer.text();
  refreshTimes(walk);
}
setInterval(greet, 500);

/* Putting the line and the page together */

let giftsSince = false;
setInterval(async () => {
  if (!giftsSince || document.hidden) return;
  giftsSince = false;
  fetchInto("/tonight/top", "#top-tonight");
}, 10000);

/* What the line tells, on the counters, in the feed and among who is here; returns who came in. */
function follow(detail) {
  const arrived = new Map();
  const lines = [];
  let newest = null;
  for (const { name, payload } of detail) {
    if (name === "live:totals") newest = payload;
    else if (name === "live:feed") lines.push(...payload.items);
    else if (name === "viewer:online") arrived.set(payload.viewer.id, payload.viewer);
    else if (name === "viewer:offline" || name === "viewer:removed") {
      arrived.delete(payload.viewerId);
      hereList.querySelector(`[data-viewer="${payload.viewerId}"]`)?.remove();
    } else if (name.startsWith("viewer:vip-")) {
      const badge = hereList.querySelector(`[data-viewer="${payload.viewerId}"] .tier`);
      if (badge) tier(badge, payload.viewer.vip_tier);
    } else if (name === "live:state") {
      const watching = payload.connections.map((one) => one.watching).filter((n) => typeof n === "number");
      if (watching.length) setStat("watching", tn("{n} watching", "{n} watching", Math.max(...watching)));
    }
  }
  if (newest) totals(newest);
  if (lines.length) {
    giftsSince ||= lines.some((item) => item.kind === "gift");
    take(lines);
  }
  const viewers = [...arrived.values()].slice(-MOST_HERE);
  if (viewers.length) arrive(viewers);
  return viewers;
}

function introduce(viewers) {
  for (const viewer of viewers) if (!viewer.is_blocked && (!best || worth(viewer) >= worth(best))) best = viewer;
}

document.addEventListener("live", ({ detail }) => {
  told?.push(...detail);
  known = "";
  let party = null;
  for (const { name, payload } of detail) if (name === "viewer:birthday-live") celebrating.add((party = payload.viewer).id);
  if (party && (!best || worth(party) >= worth(best))) best = party;
  introduce(follow(detail));
});

/* What the line did not tell: all of it once more, but not under the hand of somebody who reads. */

let known = JSON.stringify(JSON.parse(document.getElementById("now").textContent));
let told = null; // by the line, while the house is asked
let asked = 0;
let timer = 0;
const reading = () => over || feed.scrollTop >= 24 || [feed, hereList].some((place) => isHeld(place) || doing(place).some((one) => one !== place));

function wait() {
  clearTimeout(timer);
  timer = setTimeout(again, HELD_MS);
}

async function again() {
  clearTimeout(timer);
  if (reading()) return wait();
  const mine = ++asked;
  told = [];
  const answer = await fetch("/tonight/now", { headers: { "HX-Request": "true" } }).catch(() => null);
  const now = answer?.ok && (await answer.json().catch(() => null));
  if (mine !== asked) return undefined;
  const since = told;
  told = null;
  if (!now || JSON.stringify(now) === known) return undefined;
  if (reading()) return wait();
  const before = new Set([...hereList.children].map((row) => Number(row.dataset.viewer)));
  known = JSON.stringify(now);
  giftsSince = true;
  fillWith(now);
  totals(now.tonight);
  introduce(now.here.filter((viewer) => !before.has(viewer.id)));
  const there = (item) => now.feed.some((one) => one.kind === item.kind && one.viewer_id === item.viewer_id && one.at >= item.at);
  follow(since.map(({ name, payload }) => ({ name, payload: name === "live:feed" ? { items: payload.items.filter((item) => !there(item)) } : payload })));
  return undefined;
}

function fillWith({ feed: items, here }) {
  held = [];
  paused.hidden = true;
  feed.replaceChildren();
  hereList.replaceChildren();
  show([...items].reverse(), false);
  arrive([...here].reverse(), false);
}

for (const when of ["live:open", "live:again"]) document.addEventListener(when, again);
fillWith(JSON.parse(known));
