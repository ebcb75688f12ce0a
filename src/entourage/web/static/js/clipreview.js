// The queue of clips by keyboard. What is decided happens after a few seconds, so that it can be undone until then.

import { Queue } from "./queue.js";
import { t } from "./words.js";

const ASK_MS = 8000;
const place = document.getElementById("review");
const reasons = () => place.querySelector("#reasons");

function address(after, waiting) {
  const query = new URLSearchParams(place.dataset.query);
  if (after) query.set("after", after);
  if (waiting) query.set("but", waiting.mark);
  return `/clips/review?${query}`;
}

const queue = new Queue(place, { address, ready: () => place.querySelector("[data-approve]:not([disabled])")?.focus({ preventScroll: true }) });

function ask(on) {
  reasons().hidden = !on;
  if (on) reasons().querySelector("input").focus();
  else place.querySelector("[data-reject-open]").focus();
}

async function press(button) {
  if (queue.turning) return undefined;
  if (button.href) return location.assign(button.href);
  if (button.dataset.again !== undefined) return queue.show("");
  if (button.dataset.rejectOpen !== undefined) return ask(reasons().hidden);
  if (button.dataset.notNow !== undefined) return ask(false);
  if (button.dataset.approve) return queue.decide(button.dataset.approve, { status: "APPROVED" }, t("Approved."));
  return button.dataset.skip === undefined ? undefined : queue.skip();
}

place.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) press(button);
});

place.addEventListener("submit", (event) => {
  event.preventDefault();
  const { own, reason } = event.target.elements;
  if (!queue.turning) queue.decide(event.target.dataset.reject, { status: "REJECTED", rejectionReason: own.value.trim() || reason.value }, t("Rejected."));
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || !queue.one || queue.turning || document.querySelector("dialog[open]")) return;
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
document.addEventListener("live", ({ detail }) => { if (!queue.one && !queue.waiting && detail.some(({ name }) => name === "clip:updated")) queue.show(""); });

// What came while the line was not open is asked for.
const lookAgain = () => { if (!document.hidden && !queue.one && !queue.waiting) queue.show(""); };
setInterval(lookAgain, ASK_MS);
for (const when of ["live:open", "live:again"]) document.addEventListener(when, lookAgain);
