// The inbox: one chat beside the list, kept up with what happens, and what a hand does in it.

import { doing, isHeld } from "./redraw.js";
import { send, toast } from "./toasts.js";
import { duration, refreshTimes, t } from "./words.js";

const SOON_MS = 120;
const LIST_MS = 400;
const BUSY_MS = 3000;
const CALM_MS = 20000;
const NEAR = 120;
const MOST = 500;
const inbox = document.getElementById("inbox");
const main = document.getElementById("inbox-main");
const rows = document.getElementById("inbox-rows");
const thread = () => document.getElementById("inbox-thread");
const here = () => Number(inbox.dataset.fan) || 0;
const part = (url) => fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);

/* How long something still takes. */

function tick() {
  for (const one of document.querySelectorAll("time[data-left]")) {
    const seconds = Math.ceil((new Date(one.dateTime) - Date.now()) / 1000);
    one.textContent = seconds > 0 ? duration(seconds) : one.dataset.left || "0 s";
  }
}

/* What is shown, as it is now */

const flows = () => getComputedStyle(thread()).overflowY === "visible"; // on a phone the page itself is scrolled
const atEnd = (place) => { const one = flows() ? document.scrollingElement : place; return one.scrollHeight - one.scrollTop - one.clientHeight < NEAR; };
const toEnd = () => { const place = thread() && (flows() ? document.scrollingElement : thread()); if (place) place.scrollTop = place.scrollHeight; };
const editing = () => thread()?.querySelector("[data-rewrite]:not([hidden])");

async function redraw(most = Number(thread()?.dataset.most) || 50) {
  const place = thread();
  const fan = here();
  if (!place || !fan) return;
  const shown = place.querySelectorAll("[data-message]").length;
  const wanted = Math.min(MOST, most > shown ? most : shown + 1);
  const answer = await part(`/chats/${fan}/thread?most=${wanted}`);
  const drawn = answer?.ok && (await answer.text());
  if (!drawn || here() !== fan || editing()) return;
  if (isHeld(place)) return soon(redrawSoon, SOON_MS);
  const end = atEnd(place);
  const before = place.scrollHeight - place.scrollTop;
  const known = new Set([...place.querySelectorAll("[data-message]")].map((one) => one.id));
  const focused = document.activeElement?.closest("#inbox-thread [data-act], #inbox-thread [data-edit]");
  const again = focused && (focused.dataset.act ? `[data-act="${CSS.escape(focused.dataset.act)}"]` : "[data-edit]");
  place.innerHTML = drawn;
  place.dataset.most = wanted;
  window.htmx.process(place);
  for (const one of place.querySelectorAll("[data-message]")) if (known.size && !known.has(one.id) && wanted <= most + 1) one.classList.add("glow");
  if (again) place.querySelector(again)?.focus();
  if (end) toEnd();
  else if (wanted > shown + 1) place.scrollTop = place.scrollHeight - before;
  refreshTimes(place);
  tick();
}

async function relist() {
  const form = document.querySelector("[data-inbox-find]");
  const box = form.querySelector("[name=box][aria-pressed=true]")?.value ?? "all";
  const answer = await part(`/chats/list?box=${box}&q=${encodeURIComponent(form.elements.q.value)}&fan=${here()}`);
  const drawn = answer?.ok && (await answer.text());
  if (!drawn) return;
  if (isHeld(rows)) return soon(relist, LIST_MS);
  const focused = document.activeElement?.closest("[data-chat]")?.dataset.chat;
  rows.innerHTML = drawn;
  window.htmx.process(rows);
  refreshTimes(rows);
  if (focused) rows.querySelector(`[data-chat="${focused}"]`)?.focus();
}

/* The card beside the chat, not while somebody is in the middle of something in it, but for what is `done` with. */
async function recard(done = []) {
  const place = document.getElementById("inbox-card");
  const fan = here();
  if (!place || !fan) return;
  const busy = () => place.contains(document.activeElement) || doing(place).some((one) => !done.includes(one));
  if (busy()) return soon(recard, BUSY_MS);
  const answer = await part(`/chats/${fan}/card`);
  const drawn = answer?.ok && (await answer.text());
  if (!drawn || here() !== fan) return;
  if (busy()) return soon(recard, BUSY_MS);
  place.innerHTML = drawn;
  window.htmx.process(place);
}

/* What was done in the card by hand shows at once. */
function recardNow() {
  document.activeElement?.blur();
  return recard(doing(document.getElementById("inbox-card")));
}

/* One call for many events. */
const timers = new Map();
function soon(work, wait) {
  if (!timers.has(work)) timers.set(work, setTimeout(() => { timers.delete(work); work(); }, wait));
}

const redrawSoon = () => redraw();
document.addEventListener("live", ({ detail }) => {
  const chats = detail.filter(({ name }) => name.startsWith("chat:") && name !== "chat:line");
  if (!chats.length) return;
  soon(relist, LIST_MS);
  if (!chats.some(({ payload }) => payload.fan?.id === here())) return;
  soon(redrawSoon, SOON_MS);
  if (chats.some(({ name, payload }) => payload.fan?.id === here() && name !== "chat:reply")) soon(recard, LIST_MS);
});
document.addEventListener("live:again", () => { relist(); redraw(); recard(); });
document.addEventListener("live:open", () => { relist(); redraw(); });
setInterval(tick, 1000);
setInterval(() => { if (!document.hidden) relist(); }, CALM_MS);
setInterval(() => { if (!document.hidden && thread()?.querySelector("[data-busy], [data-state=approved]")) redraw(); }, BUSY_MS);

/* Which chat */

async function open(fan, push = true) {
  const answer = await part(`/chats/${fan}`);
  if (!answer?.ok) return void location.assign(`/chats/${fan}`);
  main.innerHTML = await answer.text();
  inbox.dataset.fan = fan;
  inbox.dataset.open = "thread";
  window.htmx.process(main);
  if (push) history.pushState({}, "", `/chats/${fan}`);
  for (const row of rows.querySelectorAll("[data-chat]")) {
    if (row.dataset.chat === String(fan)) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  document.title = `${main.querySelector(".thread-head .who-name")?.textContent.trim() ?? ""} · Entourage`;
  refreshTimes(main);
  tick();
  toEnd();
}

function close() {
  delete inbox.dataset.open;
  history.pushState({}, "", "/chats");
}

window.addEventListener("popstate", () => {
  const found = location.pathname.match(/^\/chats\/(\d+)$/);
  if (found) open(Number(found[1]), false);
  else delete inbox.dataset.open;
});

/* Hands */

async function act(button) {
  button.disabled = true;
  const answer = await send(button.dataset.act);
  button.disabled = false;
  if (answer) { await redraw(); soon(relist, LIST_MS); soon(recard, LIST_MS); }
}

async function remove(button) {
  const answer = await send(button.dataset.factRemove);
  if (!answer) return;
  const how = button.dataset.factRemove.replace("DELETE", "PUT").replace(/\/\d+$/, "");
  const { key, value } = button.dataset;
  button.closest("li").remove();
  toast(t("Forgotten: {what}", { what: key }), { undo: async () => { if (await send(how, { key, value })) recardNow(); } });
}

function show(message) {
  const found = document.getElementById(`message-${message}`);
  if (!found) return false;
  inbox.dataset.open = "thread";
  found.scrollIntoView({ block: "center" });
  found.classList.add("glow");
  return true;
}

async function forget(button) {
  if (await send(button.dataset.forget)) location.assign("/chats");
}

async function know(button) {
  const how = document.querySelector("[data-known-how]").dataset.knownHow;
  if (!(await send(how, { platform: button.dataset.known, id: button.dataset.knownId }))) return;
  await recardNow();
}

document.addEventListener("click", (event) => {
  const { target } = event;
  const chat = target.closest("[data-chat]");
  if (chat && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    return void open(Number(chat.dataset.chat));
  }
  if (target.closest("a.thread-back")) {
    event.preventDefault();
    return void close();
  }
  const toMessage = target.closest("[data-to-message]");
  if (toMessage && show(toMessage.dataset.toMessage)) return void event.preventDefault();
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.act) act(button);
  else if (button.dataset.edit !== undefined) rewrite(button.closest("[data-reply]"), true);
  else if (button.dataset.editEnd !== undefined) rewrite(button.closest("[data-reply]"), false);
  else if (button.dataset.older !== undefined) redraw(Number(thread().dataset.most) + 50);
  else if (button.dataset.showCard !== undefined) inbox.dataset.open = "card";
  else if (button.dataset.hideCard !== undefined) inbox.dataset.open = "thread";
  else if (button.dataset.factEdit !== undefined) fields(button.closest("form"));
  else if (button.dataset.factRemove) remove(button);
  else if (button.dataset.known !== undefined) know(button);
  else if (button.dataset.forget) forget(button);
});

function fields(form) {
  const place = form.querySelector(".fact-fields");
  place.hidden = !place.hidden;
  if (!place.hidden) place.querySelector("[name=value]").focus();
}

function rewrite(proposal, on) {
  proposal.querySelector("[data-rewrite]").hidden = !on;
  proposal.querySelector(".proposal-do").hidden = on;
  proposal.querySelector("[data-proposed]").hidden = on;
  const field = proposal.querySelector("[data-rewrite] textarea");
  if (on) { field.focus(); field.setSelectionRange(field.value.length, field.value.length); }
  else redraw();
}

async function saveRewrite(form, then) {
  if (!(await send(form.dataset.rewrite, { text: form.elements.text.value }, form))) return;
  form.hidden = true;
  if (then) await send(form.dataset.then);
  await redraw();
}

async function compose(form) {
  const field = form.elements.text;
  if (!field.value.trim()) return;
  const button = form.querySelector("button");
  button.disabled = true;
  const answer = await send(form.dataset.compose, { text: field.value }, form);
  button.disabled = false;
  if (!answer) return;
  field.value = "";
  grow(field);
  await redraw();
  toEnd();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-compose], [data-rewrite], [data-fact-form], [data-inbox-find]")) event.preventDefault();
  if (form.matches("[data-compose]")) compose(form);
  else if (form.matches("[data-rewrite]")) saveRewrite(form, event.submitter?.value !== "keep");
  else if (form.matches("[data-inbox-find]")) choose(form, event.submitter);
  else if (form.matches("[data-fact-form]")) {
    const { key, value } = form.elements;
    const id = form.dataset.id ? Number(form.dataset.id) : null;
    if (await send(form.dataset.factForm, { key: key.value, value: value.value, id }, form)) recardNow();
  }
});

function choose(form, button) {
  if (button) for (const one of form.querySelectorAll("[name=box]")) one.setAttribute("aria-pressed", String(one === button));
  relist();
}

document.addEventListener("change", async ({ target }) => {
  if (target.dataset.mode) {
    if (await send(target.dataset.mode, { mode: target.value || null })) { toast(t("Saved.")); redraw(); relist(); }
  } else if (target.dataset.notes) {
    if (await send(target.dataset.notes, { text: target.value })) toast(t("Saved."));
  }
});

let typing = 0;
function grow(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, 200)}px`;
}
document.addEventListener("input", ({ target }) => {
  if (target.id === "compose") grow(target);
  if (target.id !== "inbox-q") return;
  clearTimeout(typing);
  typing = setTimeout(relist, 250);
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (target.id === "compose") { event.preventDefault(); compose(target.form); }
    else if (target.form?.matches("[data-rewrite]")) { event.preventDefault(); saveRewrite(target.form, true); }
  } else if (event.key === "Escape" && target.form?.matches("[data-rewrite]")) rewrite(target.closest("[data-reply]"), false);
});

tick();
window.addEventListener("load", () => { if (!location.hash) toEnd(); });
if (!location.hash) toEnd();
else show(location.hash.replace("#message-", ""));
