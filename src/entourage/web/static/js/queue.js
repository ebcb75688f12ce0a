// A queue decided one by one: what is decided happens after a few seconds, so that it can be undone until then.

import { isHeld } from "./redraw.js";
import { send, toast } from "./toasts.js";
import { refreshTimes } from "./words.js";

const UNDO_MS = 5000;
const token = () => document.querySelector('meta[name="csrf-token"]').content;

/** What stands in `place`; `address(after, waiting)` says where the next one is found, `ready()` is called when it stands there. */
export class Queue {
  waiting = null; // what was decided and is not done yet
  turning = false; // what stands there was decided: the next press is for the next one
  #asked = 0;

  constructor(place, { address, ready }) {
    Object.assign(this, { place, address, ready });
    window.addEventListener("pagehide", () => this.#leave());
  }

  /** What is to be decided, if anything. */
  get one() { return this.place.querySelector("[data-review]"); }

  /** Show the first one after a mark; `unless` says when it comes too late to show it unasked. */
  async show(after, unless = null) {
    this.#asked += 1;
    const mine = this.#asked;
    const answer = await fetch(this.address(after, this.waiting), { headers: { "HX-Request": "true" } }).catch(() => null);
    const drawn = answer?.ok && (await answer.text());
    if (mine !== this.#asked) return; // another was asked for meanwhile
    this.turning = false;
    if (!drawn || (unless && (unless() || isHeld(this.place)))) return;
    this.place.innerHTML = drawn;
    refreshTimes(this.place);
    this.ready();
  }

  /** Do now what was decided. */
  async flush() {
    const decided = this.waiting;
    this.waiting = null;
    if (!decided) return;
    clearTimeout(decided.timer);
    decided.note.remove();
    await send(decided.how, decided.said);
    if (!this.one) await this.show(""); // the queue was at its end: is anything left?
  }

  /** Leave the one that stands there as it is, and go on; what was decided before is done now. */
  async skip() {
    const { mark } = this.one.dataset;
    this.turning = true;
    await this.flush();
    await this.show(mark);
  }

  /** Decide the one that stands there: `how` it is told to the house with `said`, and what `words` the note has. */
  async decide(how, said, words) {
    const { after, mark } = this.one.dataset;
    this.turning = true;
    await this.flush();
    const undo = () => {
      clearTimeout(this.waiting?.timer);
      this.waiting = null;
      this.turning = true;
      this.show(after);
    };
    this.waiting = { mark, how, said, note: toast(words, { stays: UNDO_MS, undo }), timer: setTimeout(() => this.flush(), UNDO_MS) };
    await this.show(mark);
  }

  // A tab that is closed meanwhile does what was decided.
  #leave() {
    if (!this.waiting) return;
    const { how, said } = this.waiting;
    const [method, url] = how.split(" ");
    const headers = { "Content-Type": "application/json", "x-csrftoken": token() };
    fetch(url, { method, headers, body: said ? JSON.stringify(said) : null, keepalive: true });
    this.waiting = null;
  }
}
