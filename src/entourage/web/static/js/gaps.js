// What was missed: the banner of the evening and the ledger follow the line; the banner can be put away.

import { Part } from "./redraw.js";

const banner = document.getElementById("gap-banner");
const ledger = document.getElementById("gap-list");
const BUSY_MS = 3000;
const YEAR_S = 31536000;
const parts = [[banner, "/tonight/gaps"], [ledger, "/streams/gaps"]].filter(([place]) => place).map(([place, way]) => new Part(place, { busyMs: BUSY_MS, address: () => way }));
let told = "";
let timers = [];

function look() {
  for (const part of parts) part.again();
}

// The state is told before the ledger is written: look soon, and once more for a house that is busy.
function soon() {
  for (const timer of timers) clearTimeout(timer);
  timers = [700, 4000].map((wait) => setTimeout(look, wait));
}

document.addEventListener("live", ({ detail }) => {
  const newest = detail.findLast(({ name }) => name === "live:state");
  if (!newest) return;
  const codes = newest.payload.connections.map(({ source, code }) => `${source} ${code}`).join();
  if (codes === told) return;
  told = codes;
  soon();
});
document.addEventListener("live:again", soon);
document.addEventListener("live:open", look);

banner?.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-gap-seen]");
  if (!button) return;
  document.cookie = `gaps_seen=${button.dataset.gapSeen}; path=/; max-age=${YEAR_S}; samesite=lax`;
  banner.replaceChildren();
  look();
  document.getElementById("main").focus();
});
