// What was missed: the banner of the evening and the ledger follow the line; the banner can be put away.

const banner = document.getElementById("gap-banner");
const ledger = document.getElementById("gap-list");
const YEAR_S = 31536000;
let told = "";
let timers = [];

function look() {
  if (banner) window.htmx.ajax("GET", "/tonight/gaps", { target: banner, swap: "innerHTML" });
  if (ledger && !ledger.contains(document.activeElement)) window.htmx.ajax("GET", "/streams/gaps", { target: ledger, swap: "innerHTML" });
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

banner?.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-gap-seen]");
  if (!button) return;
  document.cookie = `gaps_seen=${button.dataset.gapSeen}; path=/; max-age=${YEAR_S}; samesite=lax`;
  banner.replaceChildren();
  document.getElementById("main").focus();
});
