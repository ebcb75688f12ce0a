// The list of viewers as it is shown: its address, another list in its place, and its rows once more where they stand.

import { doing, isHeld } from "./redraw.js";
import { refreshTimes } from "./words.js";
import { complain } from "./toasts.js";

const PIECES = ["list-state", "list-ways", "builder", "list-order", "viewers"];
const ASKED_MOST = 200;
const list = document.getElementById("list");
let asked = 0;

/** What the list shows: address, filter, sort, order, search, segment, where (conditions as addresses write them), total. */
export const state = () => JSON.parse(document.getElementById("list-state").textContent);

/** All rows that are loaded. */
export const rows = () => [...list.querySelectorAll("tr[data-viewer]")];

/** The address of this list with something changed; `where` is a list, null takes a thing away. */
export function addressOf(changes) {
  const address = new URL(state().address, location.origin);
  for (const [name, value] of Object.entries(changes)) {
    address.searchParams.delete(name);
    for (const one of [value ?? []].flat()) if (one !== "" && !(name === "filter" && one === "all")) address.searchParams.append(name, one);
  }
  return address.pathname + address.search;
}

/** Show another list; pieces named in `keep` stay as they are. Resolves to whether it is shown. */
export async function go(path, { push = true, keep = [] } = {}) {
  const mine = ++asked;
  const answer = await fetch(path, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (mine !== asked || !answer) return false;
  const text = await answer.text();
  if (!answer.ok) {
    complain(text);
    return false;
  }
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const before = document.activeElement;
  const back = spot(before);
  for (const id of PIECES.filter((one) => !keep.includes(one))) {
    const piece = fresh.content.getElementById(id);
    document.getElementById(id).replaceWith(piece);
    window.htmx.process(piece);
  }
  if (!before.isConnected) back()?.focus({ preventScroll: true });
  refreshTimes(list);
  const { address } = state();
  if (!history.state?.drawer && address !== location.pathname + location.search) history[push ? "pushState" : "replaceState"](null, "", address);
  document.dispatchEvent(new CustomEvent("home", { detail: address }));
  document.dispatchEvent(new CustomEvent("list", { detail: { kept: keep } }));
  return true;
}

// Where the focus is, to find the same place in a piece that was drawn anew.
function spot(element) {
  const piece = element?.closest?.(PIECES.map((id) => `#${id}`).join());
  if (!piece) return () => null;
  const same = (root) => [...root.querySelectorAll("a, button, input, select, summary")];
  const [id, at] = [element.id, same(piece).indexOf(element)];
  return () => (id && document.getElementById(id)) || same(document.getElementById(piece.id))[at];
}

let waiting = new Set();
let newer = new Set(); // rows of which the line told while they were asked for
let planned = 0;

/** Fetch these rows, or all, once more in a moment; each stays where it is. */
export function again(ids = null) {
  for (const id of ids ?? rows().map((row) => row.dataset.viewer)) waiting.add(String(id));
  clearTimeout(planned);
  planned = setTimeout(renew, 150);
  if (!ids && !rows().length && !doing(list).length) go(state().address, { push: false, keep: ["builder"] });
}

/** The line told of a row: what was asked before that is not the newest. */
export const heard = (id) => newer.add(String(id));

async function renew() {
  const wanted = rows().filter((row) => waiting.has(row.dataset.viewer));
  waiting = new Set();
  for (let from = 0; from < wanted.length; from += ASKED_MOST) {
    const lot = wanted.slice(from, from + ASKED_MOST);
    newer = new Set();
    const answer = await fetch(addressOf({ ids: lot.map((row) => row.dataset.viewer).join() }), { headers: { "HX-Request": "true" } }).catch(() => null);
    const drawn = answer?.ok && (await answer.text());
    if (!drawn) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = drawn;
    for (const row of lot) put(row, fresh.content.querySelector(`tr[data-viewer="${row.dataset.viewer}"]`));
  }
  refreshTimes(list);
  document.dispatchEvent(new CustomEvent("list:rows"));
}

function put(row, fresh) {
  if (!fresh) return row.remove(); // forgotten
  if (isHeld(row) || newer.has(row.dataset.viewer)) return again([row.dataset.viewer]);
  if (fresh.innerHTML === row.innerHTML && fresh.classList.contains("is-blocked") === row.classList.contains("is-blocked")) return;
  const stops = [...row.querySelectorAll("a, input")];
  const at = stops.indexOf(document.activeElement);
  row.classList.toggle("is-blocked", fresh.classList.contains("is-blocked"));
  if (fresh.dataset.at !== undefined) row.dataset.at = fresh.dataset.at;
  row.replaceChildren(...fresh.childNodes);
  if (at >= 0) row.querySelectorAll("a, input")[at]?.focus({ preventScroll: true });
}

/** Have the tags there are ready to choose from. */
export async function suggest() {
  const place = document.getElementById("bulk-suggestions");
  if (place.childElementCount || document.getElementById("known-tags")) return;
  const answer = await fetch("/suggestions", { headers: { "HX-Request": "true" } });
  if (answer.ok) place.innerHTML = await answer.text();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
