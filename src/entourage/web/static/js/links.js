// Accounts of one person: find the other one, see what will be added up, link, unlink; each with Undo.

import { again, openDrawer } from "./drawer.js";
import { send, toast } from "./toasts.js";
import { t } from "./words.js";

const drawer = document.getElementById("drawer");
const dialog = () => drawer.querySelector("#link");
const part = (path) => fetch(path, { headers: { "HX-Request": "true" } });
const way = (head, other) => `/api/viewer-profiles/${head}/links/${other}`;
let timer = 0;
let asked = 0;

function show(step) {
  for (const one of dialog().querySelectorAll("[data-link-step]")) one.hidden = one.dataset.linkStep !== step;
}

async function find() {
  const open = dialog();
  const mine = ++asked;
  const answer = await part(`/viewers/${open.dataset.head}/candidates?q=${encodeURIComponent(open.querySelector("#link-words").value)}`);
  if (mine !== asked || !answer.ok) return;
  open.querySelector("#link-found").innerHTML = await answer.text();
}

async function look(path) {
  const answer = await part(path);
  if (!answer.ok) return toast(t("That did not work. Nothing was changed."), { bad: true });
  const place = dialog().querySelector('[data-link-step="look"]');
  place.innerHTML = await answer.text();
  show("look");
  place.querySelector("[data-link-do]").focus();
}

const shown = () => drawer.querySelector("[data-viewer]")?.dataset.viewer;

async function showAgain(head) {
  if (drawer.hidden) return;
  document.activeElement?.blur(); // a piece with the focus in it is not renewed
  if (shown() === head) await again();
  else await openDrawer(`/viewers/${head}`);
}

async function link(head, other, words) {
  if (!(await send(`PUT ${way(head, other)}`))) return;
  dialog()?.close();
  document.querySelector(`tr[data-viewer="${CSS.escape(other)}"]`)?.remove();
  await showAgain(head);
  drawer.querySelector("[data-open-link]")?.focus({ preventScroll: true });
  toast(t("{handle} is linked to {name}.", words), { undo: () => unlink(head, other, words, false) });
}

async function unlink(head, other, words, undoable = true) {
  if (!(await send(`DELETE ${way(head, other)}`))) return;
  document.activeElement?.blur();
  if (shown() === head) await again();
  drawer.querySelector("[data-open-link]")?.focus({ preventScroll: true });
  toast(t("{handle} is by itself again.", words), { undo: undoable ? () => link(head, other, words) : null });
}

drawer.addEventListener("click", ({ target }) => {
  if (target.closest("[data-open-link]")) {
    show("find");
    dialog().showModal();
    dialog().querySelector("#link-words").select();
    find();
    return;
  }
  const chosen = target.closest("[data-link-look]");
  if (chosen) look(chosen.dataset.linkLook);
  if (target.closest("[data-link-back]")) {
    show("find");
    dialog().querySelector("#link-words").focus();
  }
  if (target === dialog() || (target.closest("#link") && target.closest("[data-close-dialog]"))) dialog().close();
  const done = target.closest("[data-link-do]");
  if (done) link(done.dataset.into, done.dataset.linkDo, { handle: `@${done.dataset.handle}`, name: done.dataset.name });
  const apart = target.closest("[data-unlink]");
  if (apart) {
    const name = drawer.querySelector("#drawer-name bdi").textContent;
    unlink(shown(), apart.dataset.unlink, { handle: `@${apart.dataset.handle}`, name });
  }
});

drawer.addEventListener("input", ({ target }) => {
  if (target.id !== "link-words") return;
  clearTimeout(timer);
  timer = setTimeout(find, 150);
});

// Arrows walk through who was found; Enter in the search takes the first.
drawer.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (!target.closest?.('[data-link-step="find"]')) return;
  const found = [...dialog().querySelectorAll("[data-link-look]")];
  if (key === "Enter" && target.id === "link-words") {
    event.preventDefault();
    found[0]?.click();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!step || (target.id !== "link-words" && !target.dataset.linkLook)) return;
  event.preventDefault();
  (found[found.indexOf(target) + step] ?? dialog().querySelector("#link-words")).focus();
});
