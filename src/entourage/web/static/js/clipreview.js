// The queue of clips by keyboard. What is decided happens after a few seconds, so that it can be undone until then.

import { send, toast } from "./toasts.js";
import { refreshTimes, t } from "./words.js";

const UNDO_MS = 5000;
const ASK_MS = 8000;
const place = document.getElementById("review");
const one = () => place.querySelector("[data-review]");
const reasons = () => place.querySelector("#reasons");
let waiting = null; // what was decided and is not done yet

async function show(after) {
  const query = new URLSearchParams(place.dataset.query);
  if (after) query.set("after", after);
  if (waiting) query.set("but", waiting.clip);
  const answer = await fetch(`/clips/review?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  place.innerHTML = await answer.text();
  refreshTimes(place);
  place.querySelector("[data-approve]:not([disabled])")?.focus({ preventScroll: true });
}

async function flush() {
  const decided = waiting;
  waiting = null;
  if (!decided) return;
  clearTimeout(decided.timer);
  decided.note.remove();
  await send(decided.how, decided.said);
  if (!one()) await show("");
}

// A tab that is closed meanwhile does what was decided.
window.addEventListener("pagehide", () => {
  if (!waiting) return;
  const [method, url] = waiting.how.split(" ");
  const headers = { "Content-Type": "application/json", "x-csrftoken": document.querySelector('meta[name="csrf-token"]').content };
  fetch(url, { method, headers, body: JSON.stringify(waiting.said), keepalive: true });
  waiting = null;
});

async function decide(how, said, words) {
  const { after, review } = one().dataset;
  await flush();
  const undo = () => {
    clearTimeout(waiting?.timer);
    waiting = null;
    show(after);
  };
  waiting = { clip: review, how, said, note: toast(words, { stays: UNDO_MS, undo }), timer: setTimeout(flush, UNDO_MS) };
  await show(review);
}

function ask(on) {
  reasons().hidden = !on;
  if (on) reasons().querySelector("input").focus();
  else place.querySelector("[data-reject-open]").focus();
}

async function press(button) {
  if (button.href) return location.assign(button.href);
  if (button.dataset.again !== undefined) return show("");
  if (button.dataset.rejectOpen !== undefined) return ask(reasons().hidden);
  if (button.dataset.notNow !== undefined) return ask(false);
  if (button.dataset.approve) return decide(button.dataset.approve, { status: "APPROVED" }, t("Approved."));
  if (button.dataset.skip === undefined) return undefined;
  const { review } = one().dataset;
  await flush();
  return show(review);
}

place.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) press(button);
});

place.addEventListener("submit", (event) => {
  event.preventDefault();
  const { own, reason } = event.target.elements;
  decide(event.target.dataset.reject, { status: "REJECTED", rejectionReason: own.value.trim() || reason.value }, t("Rejected."));
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || !one() || document.querySelector("dialog[open]")) return;
  const asks = !reasons().hidden;
  if (asks && event.key === "Escape") return ask(false);
  if (target.matches?.("textarea, select, input:not([type=radio])")) return;
  const number = asks ? reasons().querySelectorAll("input")[Number(event.key) - 1] : null;
  if (number) { event.preventDefault(); number.checked = true; number.focus(); return; }
  if (asks && event.key === "Enter") { event.preventDefault(); reasons().requestSubmit(); return; }
  if (event.key.toLowerCase() === "w") return void place.querySelector("a[target]").click();
  const button = place.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]:not([disabled])`);
  if (!button || button.closest("[hidden]")) return;
  event.preventDefault();
  press(button);
});

// Somebody handed a clip in while nothing was to be looked at.
document.addEventListener("live", ({ detail }) => { if (!one() && !waiting && detail.some(({ name }) => name === "clip:updated")) show(""); });

// What came while the line was not open yet is asked for.
const lookAgain = () => { if (!document.hidden && !one() && !waiting) show(""); };
setInterval(lookAgain, ASK_MS);
document.addEventListener("live:again", lookAgain);
