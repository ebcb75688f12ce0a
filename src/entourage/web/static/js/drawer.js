// The drawer: a viewer's profile beside any page, with an address of its own.

import { refreshTimes, t } from "./words.js";
import { send, toast } from "./toasts.js";

const drawer = document.getElementById("drawer");
const address = /^\/viewers\/([^/]+)$/;
let opener = null;
let home = drawer.hidden ? location.pathname + location.search : "/viewers"; // what lies under the drawer
if (history.state?.drawer) history.replaceState(null, ""); // the page was loaded anew: going back leaves it
document.addEventListener("home", ({ detail }) => { home = detail; });

/** Show a viewer; `push` is false when the address is already in the bar. */
export async function openDrawer(path, { push = true } = {}) {
  const answer = await fetch(path, { headers: { "HX-Request": "true" } });
  if (!answer.ok) {
    location.assign(path); // signed out or gone: the whole page says so
    return;
  }
  drawer.innerHTML = await answer.text();
  const fresh = drawer.hidden;
  drawer.hidden = false;
  window.htmx.process(drawer);
  refreshTimes(drawer);
  mark(path);
  if (push) {
    const back = history.state?.drawer ? history.state.back : location.pathname + location.search;
    history[history.state?.drawer ? "replaceState" : "pushState"]({ drawer: true, back }, "", path);
  }
  if (fresh) drawer.querySelector("[data-close-drawer]")?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("drawer"));
}

function hide() {
  drawer.hidden = true;
  drawer.replaceChildren();
  mark(null);
  opener?.focus?.({ preventScroll: true });
  opener = null;
}

function close() {
  if (drawer.hidden) return;
  if (drawer.contains(document.activeElement)) document.activeElement.blur(); // a field being written is saved on leaving it
  if (history.state?.drawer) history.back();
  else {
    history.replaceState(null, "", home);
    hide();
  }
}

function mark(path) {
  for (const row of document.querySelectorAll(".is-open[data-viewer]")) row.classList.remove("is-open");
  const id = path?.match(address)?.[1];
  if (id) document.querySelector(`tr[data-viewer="${CSS.escape(id)}"]`)?.classList.add("is-open");
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

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
});

window.addEventListener("popstate", () => {
  if (address.test(location.pathname)) openDrawer(location.pathname, { push: false });
  else if (location.pathname + location.search !== home) location.reload();
  else hide();
});

// The drawer shows what the house knows after a change by hand, an undo, or a lost line.
async function again() {
  const shown = drawer.querySelector("[data-viewer]")?.dataset.viewer;
  if (drawer.hidden || !shown || drawer.querySelector("textarea:focus, input:focus")) return;
  const place = drawer.querySelector(".drawer-inner").scrollTop;
  await openDrawer(`/viewers/${shown}`, { push: false });
  drawer.querySelector(".drawer-inner").scrollTop = place;
}
document.addEventListener("live:again", again);

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

// What is changed by hand is saved when it is left, and can be undone.
async function save(how, name, value, old, put, form = null) {
  if (!(await send(how, { [name]: value }, form))) return put(old);
  put(value);
  toast(t("Saved."), { undo: async () => { if (await send(how, { [name]: old })) put(old); again(); } });
}

drawer.addEventListener("click", ({ target }) => {
  const tool = target.closest("[data-flag]");
  if (!tool) return;
  const old = tool.getAttribute("aria-pressed") === "true";
  const put = (on) => tool.setAttribute("aria-pressed", String(on));
  put(!old);
  save(tool.dataset.how, tool.dataset.flag, !old, old, put);
});

drawer.addEventListener("change", ({ target }) => {
  if (target.dataset.field === undefined || target.value === target.dataset.kept) return;
  save(target.form.dataset.how, target.name, target.value, target.dataset.kept, (value) => {
    if (target.getAttribute("aria-invalid")) return; // what was typed stays, so that it can be put right
    target.value = value;
    target.dataset.kept = value;
  }, target.form);
});

// A tier by hand: set, taken away, or left to the rules again.
drawer.addEventListener("click", async ({ target }) => {
  const step = target.closest("[data-tier-step]");
  if (!step) return;
  const { how, was } = step.closest("[data-how]").dataset;
  const back = JSON.parse(was);
  if (!(await send(how, JSON.parse(step.dataset.tierStep)))) return;
  await again();
  toast(t("Saved."), { undo: async () => { await send(how, back); again(); } });
});

if (!drawer.hidden) mark(location.pathname);
