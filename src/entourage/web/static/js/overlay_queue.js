// What an overlay has yet to announce: everything once, however often it is told, and a flood drawn together.
//
// The house tells of each thing by a name that stays the same, with how much there is of it by now. What was counted in
// before is taken off, so that a line that was lost costs nothing and shows nothing twice.

const REMEMBERED = 5000;

export class Queue {
  constructor({ most = 3 } = {}) {
    this.most = most;
    this.waiting = [];
    this.showing = null;
    this.counted = new Map(); // by name: how much of it was taken in
  }

  /** Take what happened before this page was opened as shown. */
  begin(told) {
    for (const one of told) this.#count(one.id, one.amount ?? 1, one.coins ?? 0);
  }

  /** Take something in; returns the entry that is on the screen if that one has grown. */
  push(one) {
    const before = this.counted.get(one.id) ?? { amount: 0, coins: 0 };
    const amount = (one.amount ?? 1) - before.amount;
    const coins = (one.coins ?? 0) - before.coins;
    if (amount <= 0) return null;
    this.#count(one.id, one.amount ?? 1, one.coins ?? 0);
    const found = [this.showing, ...this.waiting].find((entry) => entry?.ids.has(one.id));
    if (found) {
      found.amount += amount;
      found.coins += coins;
      return found === this.showing ? found : null;
    }
    const who = `${one.person.face} ${one.person.name}`;
    this.waiting.push({ ...one, amount, coins, ids: new Set([one.id]), people: new Set([who]), many: false });
    while (this.waiting.length > this.most) this.#squeeze();
    return null;
  }

  /** Give the next entry to show, or null. */
  next() {
    this.showing = this.waiting.shift() ?? null;
    return this.showing;
  }

  /** Forget what is about somebody who may not be shown any more; returns whether that is on the screen now. */
  drop(ids) {
    const gone = (entry) => !entry.many && [...entry.ids].every((id) => ids.includes(id));
    this.waiting = this.waiting.filter((entry) => !gone(entry));
    return this.showing !== null && gone(this.showing);
  }

  clear() {
    this.waiting = [];
    this.showing = null;
  }

  /* The newest entry joins an earlier one of its kind: of five kinds at most, one must be there twice. */
  #squeeze() {
    const newest = this.waiting.pop();
    const place = this.waiting.findLastIndex((entry) => entry.kind === newest.kind);
    if (place < 0) {
      this.waiting.push(newest);
      this.most += 1;
      return;
    }
    const entry = this.waiting[place];
    entry.many = true;
    entry.amount += newest.amount;
    entry.coins += newest.coins;
    for (const id of newest.ids) entry.ids.add(id);
    for (const who of newest.people) entry.people.add(who);
    entry.simulated ||= newest.simulated;
  }

  #count(id, amount, coins) {
    this.counted.delete(id);
    this.counted.set(id, { amount, coins });
    if (this.counted.size > REMEMBERED) this.counted.delete(this.counted.keys().next().value);
  }
}
