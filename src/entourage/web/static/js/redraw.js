// When a part of a page may be drawn anew: not under the hand of whoever is in the middle of something in it.

const DOING = "details[open]:not([data-keeps]), .htmx-request, dialog[open], [data-asked], [data-open]:not([hidden])";
const AT = "input, textarea, select, :focus-visible"; // a focus that a mouse left on a button holds nothing up
let held = null;

const letGo = () => setTimeout(() => { held = null; }); // after the click, which comes with the release
document.addEventListener("pointerdown", ({ target }) => { held = target; }, true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, letGo, true);
document.addEventListener("pointermove", ({ buttons }) => { if (held && !buttons) held = null; }, true); // a scrollbar does not say that it was let go
window.addEventListener("blur", letGo);

/** Whether a pointer is down in a place: drawn anew now, it would lose the press. */
export const isHeld = (place) => place.contains(held);

/** Remember which details named by data-keeps are open; what is returned opens and closes them so again. */
export function keepOpen(place) {
  const named = () => place.querySelectorAll("details[data-keeps]");
  const were = new Map([...named()].map((one) => [one.dataset.keeps, one.open]));
  return () => { for (const one of named()) if (were.has(one.dataset.keeps)) one.open = were.get(one.dataset.keeps); };
}

// A list marked by data-grows (the name of its rows' key) has grown once somebody asked it for more rows.
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  const list = target.parentElement?.closest("[data-grows]");
  if (list) list.dataset.grown = "";
});

/** Fetch what a place shows into it. Named as the source, it waits for its own requests only: without one, all of a page wait in one queue that drops. */
export const fetchInto = (way, place, swap = "innerHTML") => window.htmx.ajax("GET", way, { source: place, target: place, swap }).catch(() => null);

/** Whether a place shows already what was drawn: then it is left alone. */
export function isShown(drawn, place) {
  const fresh = document.createElement("template");
  fresh.innerHTML = drawn;
  return fresh.innerHTML === place.innerHTML;
}

/** Remember the lists that have grown; what is returned puts the rows that came with "Show more" behind those that are drawn anew. */
function keepGrown(place) {
  const grown = place.querySelectorAll("[data-grown]");
  return () => {
    for (const old of grown) {
      const fresh = place.querySelector(`[data-grows="${old.dataset.grows}"]`);
      if (!fresh) continue;
      const key = (row) => row.dataset[old.dataset.grows];
      const there = new Set([...fresh.children].map(key).filter(Boolean));
      for (const row of [...fresh.children]) if (!key(row)) row.remove(); // it asks for what is there already
      fresh.append(...[...old.children].filter((row) => !there.has(key(row))));
      fresh.dataset.grown = "";
    }
  };
}

/** What somebody is in the middle of in a place: menus, dialogs, questions and fields that are open there, where the keyboard is, a press that is not over. */
export function doing(place) {
  const at = document.activeElement;
  const found = [...place.querySelectorAll(DOING)].filter((one) => one.checkVisibility());
  if (isHeld(place)) found.push(held);
  if (place.contains(at) && at.matches(AT)) found.push(at);
  return found;
}

/** A part of a page that follows what happens: `address()` says where it is drawn, `busyMs` how soon again while something in it is on its way. */
export class Part {
  #asked = 0;
  #timer = 0;

  /** `keep(place)` remembers what else outlives a redraw, and returns what puts it back. */
  constructor(place, { busyMs, address = () => location.href, keep = () => () => {} }) {
    Object.assign(this, { place, busyMs, address, keep });
  }

  /**
   * Draw it anew; not while somebody is in the middle of something in it, but for what is `done` with. Unasked (without anything done),
   * it also keeps the rows that were asked for, and touches nothing when nothing has changed.
   */
  async again(done = null) {
    const busy = () => doing(this.place).some((one) => !done?.includes(one));
    if (busy()) return this.wait(true);
    this.#asked += 1;
    const mine = this.#asked;
    const answer = await fetch(this.address(), { headers: { "HX-Request": "true" } }).catch(() => null);
    const drawn = answer?.ok ? await answer.text() : null;
    if (drawn === null || mine !== this.#asked) return undefined;
    if (busy()) return this.wait(true); // it was begun meanwhile
    if (!done && isShown(drawn, this.place)) return this.wait();
    const kept = [keepOpen(this.place), ...(done ? [] : [keepGrown(this.place)]), this.keep(this.place)];
    this.place.innerHTML = drawn;
    for (const putBack of kept) putBack();
    window.htmx.process(this.place);
    return this.wait();
  }

  /** Draw it anew in a while, if that is `owed` or something in it is on its way. */
  wait(owed = false) {
    clearTimeout(this.#timer);
    if (owed || this.place.querySelector("[data-busy]")) this.#timer = setTimeout(() => this.again(), this.busyMs);
  }
}
