// The review queue by keyboard. What is approved or discarded happens after a few seconds, so that it can be undone until then.

import { Queue } from "./queue.js";
import { send, toast } from "./toasts.js";
import { t } from "./words.js";

const ASK_MS = 8000;
const place = document.getElementById("review");
const address = (after, waiting) => `/chats/review?after=${encodeURIComponent(after)}&pending=${waiting ? 1 : 0}`;
const toEnd = () => place.querySelector(".review-thread")?.scrollTo(0, 1e6);
const queue = new Queue(place, { address, ready });

function ready() {
  toEnd();
  (place.querySelector(".proposal-do .btn-primary") ?? place.querySelector("button"))?.focus({ preventScroll: true });
}

function edit(on) {
  const proposal = place.querySelector("[data-reply]");
  proposal.querySelector("[data-rewrite]").hidden = !on;
  proposal.querySelector(".proposal-do").hidden = on;
  proposal.querySelector("[data-proposed]").hidden = on;
  const field = proposal.querySelector("[data-rewrite] textarea");
  if (on) { field.focus(); field.setSelectionRange(field.value.length, field.value.length); }
}

async function save(form, then) {
  const { after, mark } = queue.one.dataset;
  if (!(await send(form.dataset.rewrite, { text: form.elements.text.value }, form))) return;
  if (!then || !(await send(form.dataset.then))) return void queue.show(after); // or the guard refuses what was written
  toast(t("Approved."));
  await queue.show(mark);
}

async function press(button) {
  if (queue.turning) return undefined;
  if (button.dataset.edit !== undefined) return edit(true);
  if (button.dataset.editEnd !== undefined) return edit(false);
  if (button.dataset.again !== undefined) return queue.show("");
  if (button.dataset.skip !== undefined) return queue.skip();
  const how = button.dataset.act;
  if (!how) return undefined;
  if (how.endsWith("/approve")) return queue.decide(how, null, t("Approved."));
  if (how.endsWith("/reject")) return queue.decide(how, null, t("Discarded."));
  const { mark } = queue.one.dataset;
  button.disabled = true;
  const answer = await send(how);
  button.disabled = false;
  if (!answer) return undefined;
  toast(how.endsWith("/retry") ? t("It is tried again.") : t("The AI writes it anew."));
  return queue.show(mark);
}

place.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) press(button);
});

place.addEventListener("submit", (event) => {
  event.preventDefault();
  save(event.target, event.submitter?.value !== "keep");
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  const writes = target.matches?.("input, textarea, select");
  if (writes && target.form?.matches("[data-rewrite]")) {
    if (event.key === "Escape") { event.stopPropagation(); edit(false); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(target.form, true); }
    return;
  }
  if (writes || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const button = queue.one?.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button || button.closest("[hidden]")) return;
  event.preventDefault();
  press(button);
});

// Somebody wrote, or a draft came: what is looked at is redrawn when it is about it, else only how many there are.
const writing = () => place.querySelector("[data-rewrite]:not([hidden])");

async function count() {
  const answer = await fetch(`/chats/review?pending=${queue.waiting ? 1 : 0}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-count]");
  const here = place.querySelector("[data-count]");
  if (fresh && here) here.textContent = fresh.textContent;
}

let asked = 0;
let mine = false;
document.addEventListener("live", ({ detail }) => {
  const chats = detail.filter(({ name }) => name.startsWith("chat:"));
  if (!chats.length) return;
  mine ||= !queue.one || chats.some(({ payload }) => String(payload.fan?.id) === queue.one.dataset.fan);
  clearTimeout(asked);
  asked = setTimeout(() => {
    const redraw = mine && !queue.waiting && !queue.turning && !writing();
    mine = false;
    if (redraw) queue.show(queue.one?.dataset.after ?? "", writing);
    else count();
  }, 300);
});

// What came while the line was not open is asked for.
async function ask() {
  if (document.hidden || queue.waiting || writing()) return;
  if (queue.one) return void count();
  const answer = await fetch("/chats/review", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok && (await answer.text()).includes("data-review=")) queue.show("");
}
setInterval(ask, ASK_MS);
for (const when of ["live:open", "live:again"]) document.addEventListener(when, ask);

toEnd();
