// The drawer: a viewer's profile beside any page, with an address of its own.

import { isDirty, put, saveAll } from "./fields.js";
import { isHeld, keepOpen } from "./redraw.js";
import { refreshTimes, t } from "./words.js";
import { send, toast } from "./toasts.js";

const drawer = document.getElementById("drawer");
const address = /^\/viewers\/([^/]+)$/;
let opener = null;
let closing = false; // the way back has begun
let home = drawer.hidden ? location.pathname + location.search : "/viewers"; // what lies under the drawer
if (history.state?.drawer) history.replaceState(null, ""); // the page was loaded anew: going back leaves it
document.addEventListener("home", ({ detail }) => { home = detail; });

const shown = () => drawer.querySelector("[data-viewer]")?.dataset.viewer;

/** Show a viewer; `push` is false when the address is already in the bar. */
export async function openDrawer(path, { push = true, focus = "[data-close-drawer]" } = {}) {
  const answer = await fetch(path, { headers: { "HX-Request": "true" } });
  if (!answer.ok) {
    location.assign(path); // signed out or gone: the whole page says so
    return;
  }
  const tab = drawer.querySelector('[role="tab"][aria-selected="true"]')?.id;
  const inside = drawer.hidden || drawer.contains(document.activeElement);
  drawer.innerHTML = await answer.text();
  drawer.hidden = false;
  window.htmx.process(drawer);
  refreshTimes(drawer);
  mark(path);
  if (push) {
    const back = history.state?.drawer ? history.state.back : location.pathname + location.search;
    history[history.state?.drawer ? "replaceState" : "pushState"]({ drawer: true, back }, "", path);
  }
  if (inside) (drawer.querySelector(`${focus}:not([disabled])`) ?? drawer.querySelector("[data-close-drawer]")).focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("drawer"));
  if (tab && tab !== "tab-about") document.getElementById(tab)?.click(); // the same tab of the next one
}

function hide() {
  const id = shown();
  drawer.hidden = true;
  drawer.replaceChildren();
  mark(null);
  const back = opener?.isConnected ? opener : id && document.querySelector(`tr[data-viewer="${CSS.escape(id)}"] a[data-drawer]`);
  back?.focus?.({ preventScroll: true });
  opener = null;
}

function close() {
  if (drawer.hidden || closing) return;
  if (drawer.contains(document.activeElement)) document.activeElement.blur(); // a field being written is saved on leaving it
  if (history.state?.drawer) {
    closing = true;
    history.back();
  } else {
    history.replaceState(null, "", home);
    hide();
  }
}

function mark(path) {
  for (const row of document.querySelectorAll(".is-open[data-viewer]")) row.classList.remove("is-open");
  if (path && drawer.hidden) return;
  const id = path ? shown() : null;
  if (id) document.querySelector(`tr[data-viewer="${CSS.escape(id)}"]`)?.classList.add("is-open");
  for (const button of drawer.querySelectorAll("[data-step]")) button.disabled = !neighbour(Number(button.dataset.step));
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-close-drawer]")) return close();
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = target.closest("a[data-drawer]") ?? rowLink(target);
  if (!link) return;
  event.preventDefault();
  opener = link;
  openDrawer(link.getAttribute("href"));
});

function rowLink(target) {
  return target.closest("a, button, input, select, label") ? null : target.closest("tr[data-viewer]")?.querySelector("a[data-drawer]");
}

window.addEventListener("popstate", () => {
  closing = false;
  if (address.test(location.pathname)) openDrawer(location.pathname, { push: false });
  else if (location.pathname + location.search !== home) location.reload();
  else hide();
});

/* Rows of the list below: the one before, the next. */

function neighbour(step) {
  const rows = [...document.querySelectorAll("tr[data-viewer]")];
  const at = rows.findIndex((row) => row.dataset.viewer === shown());
  return at < 0 ? null : rows[at + step]?.querySelector("a[data-drawer]");
}

async function stepTo(step) {
  const link = neighbour(step);
  if (!link) return;
  opener = link;
  link.scrollIntoView({ block: "nearest" });
  await saveAll();
  await openDrawer(link.getAttribute("href"), { focus: `[data-step="${step}"]` });
}

drawer.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]");
  if (button) stepTo(Number(button.dataset.step));
});

/* Keys */

const writes = "input, textarea, select, [role=tabpanel], details[open] *";

document.addEventListener("keydown", (event) => {
  if (drawer.hidden || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    const menu = drawer.querySelector("details.menu[open]");
    if (!menu) return close();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (event.key === "Tab") stay(event);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && drawer.contains(event.target) && !event.target.closest(writes) && !event.altKey && !event.ctrlKey) {
    event.preventDefault();
    stepTo(step);
  }
});

// Tab stays in the drawer, and in the notes with their Undo, until it is closed.
function stay(event) {
  const places = [drawer, document.getElementById("toasts")];
  const chosen = 'a[href], button:not([disabled]), input, textarea, select, summary, [tabindex="0"]';
  const stops = places.flatMap((place) => [...place.querySelectorAll(chosen)]).filter((one) => one.tabIndex >= 0 && one.checkVisibility());
  const at = stops.indexOf(document.activeElement);
  event.preventDefault();
  stops.at(at < 0 ? 0 : (at + (event.shiftKey ? -1 : 1)) % stops.length)?.focus();
}

/* The drawer shows what the house knows after a change by hand, an undo, or a lost line; nothing that is typed is lost. */

const HELD_MS = 200;
let asked = 0;
let drawing = Promise.resolve();

/** Bring every piece up to date but what is being written; done when nothing newer was asked for meanwhile. */
export async function again() {
  let seen = null;
  drawing = draw();
  while (seen !== drawing) {
    seen = drawing;
    await seen;
  }
}

async function draw() {
  const id = shown();
  const mine = ++asked;
  if (drawer.hidden || !id) return;
  const answer = await fetch(`/viewers/${id}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const drawn = answer?.ok && (await answer.text());
  if (mine !== asked || shown() !== id) return;
  if (answer?.status === 404) return gone();
  if (!drawn) return;
  if (isHeld(drawer)) return void setTimeout(again, HELD_MS);
  const fresh = document.createElement("template");
  fresh.innerHTML = drawn;
  for (const piece of fresh.content.querySelectorAll("[data-piece]")) renew(piece);
  for (const tool of fresh.content.querySelectorAll("[data-flag]")) {
    drawer.querySelector(`[data-flag="${tool.dataset.flag}"]`)?.setAttribute("aria-pressed", tool.getAttribute("aria-pressed"));
  }
  for (const field of fresh.content.querySelectorAll("[data-field]")) {
    const here = document.getElementById(field.id);
    if (here && !isDirty(here) && here !== document.activeElement && here.getAttribute("aria-invalid") === null) {
      here.readOnly = field.readOnly;
      if (here.dataset.kept !== field.dataset.kept) put(here, JSON.parse(field.dataset.kept));
    }
  }
  for (const hint of fresh.content.querySelectorAll("[data-hint]")) {
    const here = drawer.querySelector(`[data-hint="${hint.dataset.hint}"]`);
    if (here) here.textContent = hint.textContent;
  }
  drawer.querySelector("[data-viewer]").dataset.tierNow = fresh.content.firstElementChild.dataset.tierNow;
  refreshTimes(drawer);
  document.dispatchEvent(new CustomEvent("drawer"));
}

function renew(piece) {
  const here = drawer.querySelector(`[data-piece="${piece.dataset.piece}"]`);
  if (!here || here.innerHTML === piece.innerHTML || here.contains(document.activeElement) || here.querySelector("details.menu[open]")) return;
  const reopen = keepOpen(here);
  here.innerHTML = piece.innerHTML;
  reopen();
  window.htmx.process(here);
}

for (const when of ["live:open", "live:again"]) document.addEventListener(when, again);

/** Say that the one who was shown is not there any more. */
export function gone() {
  if (drawer.hidden || closing) return;
  toast(t("This person was forgotten."));
  close();
}

// Tabs of the drawer: arrow keys move between them, the chosen one says so.
drawer.addEventListener("click", ({ target }) => {
  const tab = target.closest('[role="tab"]');
  if (!tab) return;
  for (const one of drawer.querySelectorAll('[role="tab"]')) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
  }
  drawer.querySelector('[role="tabpanel"]')?.setAttribute("aria-labelledby", tab.id);
});
drawer.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const tabs = [...drawer.querySelectorAll('[role="tab"]')];
  const place = tabs.indexOf(document.activeElement);
  if (!step || place < 0) return;
  const next = tabs[(place + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
});
// Another tab takes the fields away: what is being written is saved first.
drawer.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.target?.id === "drawer-panel") saveAll(); });

drawer.addEventListener("click", async ({ target }) => {
  const tool = target.closest("[data-flag]");
  if (!tool) return;
  const { how, flag } = tool.dataset;
  const old = tool.getAttribute("aria-pressed") === "true";
  const show = (on) => drawer.querySelector(`[data-flag="${flag}"][data-how="${how}"]`)?.setAttribute("aria-pressed", String(on));
  show(!old);
  if (!(await send(how, { [flag]: !old }))) return show(old);
  toast(t("Saved."), { undo: async () => { if (await send(how, { [flag]: old })) show(old); } });
});

// A tier by hand: set, taken away, or left to the rules again.
drawer.addEventListener("click", async ({ target }) => {
  const step = target.closest("[data-tier-step]");
  if (!step) return;
  const { how, was } = step.closest("[data-how]").dataset;
  const back = JSON.parse(was);
  if (!(await send(how, JSON.parse(step.dataset.tierStep)))) return;
  const menu = step.closest("details");
  menu.open = false;
  document.activeElement.blur();
  await again();
  drawer.querySelector("details.menu summary")?.focus({ preventScroll: true });
  toast(t("Saved."), { undo: async () => { document.activeElement?.blur(); await send(how, back); again(); } });
});

// Forgetting somebody asks for their handle first.
const forgetting = () => drawer.querySelector("[data-forget]");
drawer.addEventListener("click", ({ target }) => {
  const dialog = forgetting()?.closest("dialog");
  if (target.closest("[data-open-forget]")) dialog.showModal();
  else if (target.closest("[data-close-dialog]") || target === dialog) dialog?.close();
});
const plain = (handle) => handle.trim().replace(/^@/, "").toLocaleLowerCase();
drawer.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-forget]");
  if (form) form.querySelector('[type="submit"]').disabled = plain(form.elements.handle.value) !== plain(form.dataset.handle);
});
drawer.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-forget]");
  if (!form) return;
  event.preventDefault();
  if (plain(form.elements.handle.value) !== plain(form.dataset.handle)) return;
  const id = shown();
  const leaveFans = form.elements.fans && !form.elements.fans.checked;
  if (!(await send(`${form.dataset.forget}${leaveFans ? "?forgetFans=false" : ""}`, null, form))) return;
  form.closest("dialog").close();
  document.querySelector(`tr[data-viewer="${CSS.escape(id)}"]`)?.remove();
  if (shown() === id) gone();
});

if (!drawer.hidden) {
  mark(location.pathname);
  drawer.querySelector("[data-close-drawer]")?.focus({ preventScroll: true });
}
