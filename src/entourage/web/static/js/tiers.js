// The tiers page: a change on its way, told by the live line and asked for in between; Undo.

import { doing, isHeld, isShown } from "./redraw.js";
import { refreshTimes, t } from "./words.js";
import { send, toast } from "./toasts.js";

const ASK_MS = 1500;
const BUSY_MS = 3000;
const root = document.getElementById("tiers");
let asked = 0;
let timer = 0;

const reading = () => doing(root).some((one) => one.dataset.undo === undefined); // who is at Undo is there again afterwards

async function again() {
  if (reading()) return soon(BUSY_MS);
  const mine = ++asked;
  const answer = await fetch("/tiers", { headers: { "HX-Request": "true" } }).catch(() => null);
  const drawn = answer?.ok && (await answer.text());
  if (!drawn || mine !== asked || isShown(drawn, root)) return;
  if (isHeld(root)) return soon();
  if (reading()) return soon(BUSY_MS);
  const focused = document.activeElement?.dataset?.undo;
  root.innerHTML = drawn;
  window.htmx.process(root);
  refreshTimes(root);
  if (focused) root.querySelector("[data-undo]")?.focus();
}

/** Look again soon, however many reasons there are to. */
function soon(ms = 300) {
  clearTimeout(timer);
  timer = setTimeout(again, ms);
}

const underway = () => ["waiting", "running"].includes(document.getElementById("change")?.dataset.state);
setInterval(() => { if (underway() && !document.hidden) soon(0); }, ASK_MS);

document.addEventListener("live", ({ detail }) => {
  if (detail.some(({ name }) => name === "viewer:tiers" || name.startsWith("viewer:vip-"))) soon();
});
for (const when of ["live:open", "live:again"]) document.addEventListener(when, () => soon());

root.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-undo]");
  if (!button) return;
  button.disabled = true;
  const answer = await send("POST /api/viewer-profiles/vip/tiers/undo", { entry: Number(button.dataset.undo) });
  button.disabled = false;
  if (answer) toast(t("The tiers are as they were. Whoever was moved goes back."));
  soon(0);
});
