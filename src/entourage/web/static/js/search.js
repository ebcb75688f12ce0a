// Ctrl-K: find a viewer from any page.

import { openDrawer } from "./drawer.js";

const finder = document.getElementById("finder");
const input = document.getElementById("finder-input");
const list = document.getElementById("finder-list");
let timer = 0;
let asked = 0;

function open() {
  if (!finder.open) finder.showModal();
  input.select();
  if (!input.value) look();
}

async function look() {
  const mine = ++asked;
  const answer = await fetch(`/search?q=${encodeURIComponent(input.value)}`, { headers: { "HX-Request": "true" } });
  if (mine !== asked || !answer.ok) return;
  list.innerHTML = await answer.text();
  choose(0);
}

function choose(place) {
  const found = [...list.querySelectorAll('[role="option"]')];
  const at = found.length ? (place + found.length) % found.length : -1;
  found.forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
  if (at >= 0) {
    input.setAttribute("aria-activedescendant", found[at].id);
    found[at].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function go(item) {
  finder.close();
  openDrawer(item.getAttribute("href"));
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    open();
  }
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-open-search]")) open();
  else if (target === finder) finder.close();
});

input.addEventListener("input", () => {
  asked += 1; // what is still on its way answers older words
  clearTimeout(timer);
  timer = setTimeout(look, 120);
});

input.addEventListener("keydown", (event) => {
  const found = [...list.querySelectorAll('[role="option"]')];
  const at = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(at + (event.key === "ArrowDown" ? 1 : -1));
  }
  if (event.key === "Enter" && found[at]) {
    event.preventDefault();
    go(found[at]);
  }
});

list.addEventListener("click", (event) => {
  const item = event.target.closest('[role="option"]');
  if (!item || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  go(item);
});
