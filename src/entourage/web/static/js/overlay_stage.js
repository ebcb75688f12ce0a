// What is seen of an overlay: cards that come and go, and boards that stay. Names are only ever text.

import { duration, number, t, tn } from "./words.js";
import { initials } from "./people.js";
import { Queue } from "./overlay_queue.js";
import { chime } from "./overlay_sound.js";

const REHEARSAL_MS = 12000;
const HURRIED_MS = 2000;
const LEAVE_MS = 260;
const MANY = 2;

const make = (name, classes = "", text = "") => {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
};

function face(person) {
  const place = make("span", "face", initials(person.name));
  place.dataset.face = person.face;
  if (!person.avatar) return place;
  const image = new Image();
  image.alt = "";
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", () => image.remove());
  image.src = person.avatar;
  place.append(image);
  return place;
}

function tier(person) {
  const badge = make("span", "tier", person.tier);
  if (person.tint) badge.style.setProperty("--tint", person.tint);
  return badge;
}

function coins(n) {
  return make("b", "coins", tn("{n} coin", "{n} coins", n));
}

/* Who it is, and in one line what they did. */
function told(entry) {
  const words = make("span", "deed");
  const say = (text) => words.append(make("span", "", text));
  if (entry.many) {
    if (entry.kind === "gift") say(tn("{n} gift", "{n} gifts", entry.amount));
    else if (entry.kind === "follow") say(tn("{n} new follower", "{n} new followers", entry.ids.size));
    else if (entry.kind === "tier") say(tn("{n} new tier", "{n} new tiers", entry.ids.size));
    else if (entry.kind === "birthday") say(tn("{n} birthday", "{n} birthdays", entry.ids.size));
    else say(tn("{n} came in", "{n} came in", entry.ids.size));
  } else if (entry.kind === "gift") {
    say(entry.amount > 1 ? t("gave {gift} × {n}", { gift: entry.gift || t("a gift"), n: number(entry.amount) }) : t("gave {gift}", { gift: entry.gift || t("a gift") }));
  } else if (entry.kind === "follow") say(t("follows you now"));
  else if (entry.kind === "tier") say(t("is now {tier}", { tier: entry.person.tier ?? "" }));
  else if (entry.kind === "birthday") say(entry.late ? t("had their birthday: all the best!") : t("has their birthday today"));
  else for (const fact of entry.facts) words.append(make("span", "fact", fact));
  if (entry.coins) words.append(coins(entry.coins));
  return words;
}

function card(entry) {
  const made = make("div", `card is-${entry.kind}${entry.many ? " is-many" : ""}`);
  made.setAttribute("role", "status");
  if (!entry.many) {
    if (entry.person.tint) made.style.setProperty("--tint", entry.person.tint);
    made.append(face(entry.person));
  }
  const words = make("div", "card-words");
  const name = make("div", "card-name");
  if (entry.many) name.append(make("span", "", tn("from {n} person", "from {n} people", entry.people.size)));
  else {
    name.append(make("bdi", "cut", entry.person.name));
    if (entry.person.tier && entry.kind !== "tier") name.append(tier(entry.person));
  }
  if (entry.many) words.append(told(entry), name);
  else words.append(name, told(entry));
  made.append(words);
  if (entry.simulated) made.append(make("span", "rehearsal", t("Test")));
  return made;
}

const titles = () => ({
  coins: { tonight: t("Top supporters tonight"), week: t("Top supporters this week"), month: t("Top supporters this month"), ever: t("Top supporters") },
  watchtime: { tonight: t("Here the longest tonight"), week: t("Here the longest this week"), month: t("Here the longest this month"), ever: t("Here the longest") },
});

/** Everything that an overlay shows, inside `place`. */
export class Stage {
  constructor(place) {
    this.place = place;
    this.queue = new Queue();
    this.options = null;
    this.last = null;
    this.timer = 0;
    this.sample = 0;
    this.since = 0; // when the card on the screen came, or grew
    this.leaving = false;
  }

  /** Show a picture: the `first` of this page says what is old already. */
  show(picture, { first = false }) {
    const old = first || (picture.options && this.#asksForMore(picture.options));
    if (picture.options) this.#look(picture.options, picture.kind);
    const news = picture.alerts ?? picture.arrivals?.map((one) => ({ ...one, kind: "arrival" }));
    if (old && news) this.queue.begin(news);
    else if (news) this.#announce(news);
    if (picture.taken?.length && this.queue.drop(picture.taken)) this.#leave();
    if (!picture.board && !picture.goal && !picture.hours) return;
    this.last = picture;
    if (!this.sample) this.#draw(picture);
  }

  /** Play what did not happen. */
  rehearse(scene) {
    const news = scene.alerts ?? scene.arrivals?.map((one) => ({ ...one, kind: "arrival" }));
    if (news) return this.#announce(news);
    clearTimeout(this.sample);
    this.sample = setTimeout(() => {
      this.sample = 0;
      this.last ? this.#draw(this.last) : this.place.replaceChildren();
    }, REHEARSAL_MS);
    this.#draw(scene);
  }

  /** Show nothing any more. */
  clear() {
    clearTimeout(this.timer);
    clearTimeout(this.sample);
    this.timer = this.sample = 0;
    this.leaving = false;
    this.queue.clear();
    this.last = null;
    this.place.replaceChildren();
  }

  /* What is newly chosen to be shown was there before: it is no news. */
  #asksForMore(options) {
    return ["shows", "least_coins", "guests"].some((name) => String(options[name]) !== String(this.options[name]));
  }

  #look(options, kind) {
    this.options = options;
    const style = this.place.style;
    for (const name of ["accent", "words", "plate"]) style.setProperty(`--${name}`, options[name]);
    style.setProperty("--opacity", `${options.plate_opacity}%`);
    document.documentElement.style.setProperty("--scale", options.scale / 100);
    this.place.dataset.position = options.position;
    this.place.dataset.font = options.font;
    this.place.dataset.kind = kind;
  }

  #announce(news) {
    for (const one of news) {
      const grown = this.queue.push(one);
      if (!grown) continue;
      this.place.querySelector(".card .deed")?.replaceWith(told(grown));
      this.since = Date.now();
    }
    if (!this.timer) this.#next();
    else if (!this.leaving) this.#stay();
  }

  #next() {
    const entry = this.queue.next();
    if (!entry) return;
    this.place.replaceChildren(card(entry));
    if (this.options.sound) chime(entry.kind, this.options.volume / 100);
    this.since = Date.now();
    this.#stay();
  }

  /* A card stays as long as was chosen; where many wait behind it, it makes room earlier. */
  #stay() {
    clearTimeout(this.timer);
    const { waiting } = this.queue;
    const hurried = waiting.length >= MANY || waiting.some((entry) => entry.many);
    const stays = hurried ? Math.min(HURRIED_MS, this.options.seconds * 1000) : this.options.seconds * 1000;
    this.timer = setTimeout(() => this.#leave(), Math.max(0, this.since + stays - Date.now()));
  }

  #leave() {
    clearTimeout(this.timer);
    this.leaving = true;
    this.queue.showing = null; // what grows from here on is shown anew
    this.place.firstElementChild?.classList.add("is-leaving");
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.leaving = false;
      this.place.replaceChildren();
      this.#next();
    }, LEAVE_MS);
  }

  #draw(picture) {
    const made = picture.board ? this.#board(picture.board) : picture.goal ? this.#goal(picture.goal) : this.#hours(picture);
    if (made && picture.simulated) made.append(make("span", "rehearsal", t("Test")));
    this.place.replaceChildren(...(made ? [made] : []));
  }

  #titled(classes, title) {
    const made = make("section", `board ${classes}`);
    made.append(make("h1", "board-title", this.options.title || title));
    return made;
  }

  #board(places) {
    if (!places.length) return null;
    const { board, period } = this.options;
    const made = this.#titled("is-places", titles()[board][period]);
    const list = make("ol", "places");
    for (const { rank, person, value } of places) {
      const row = make("li", "place");
      if (person.tint) row.style.setProperty("--tint", person.tint);
      row.append(make("span", "rank", number(rank)), face(person), make("bdi", "cut", person.name));
      row.append(make("b", "value", board === "coins" ? number(value) : duration(value)));
      list.append(row);
    }
    made.append(list);
    return made;
  }

  #goal({ counts, value, target }) {
    const titles = { coins: t("Coins tonight"), follows: t("New followers tonight"), new_viewers: t("New viewers tonight") };
    const made = this.#titled(`is-goal${value >= target ? " is-reached" : ""}`, titles[counts]);
    const bar = make("div", "goal-bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-valuenow", Math.min(value, target));
    bar.setAttribute("aria-valuemax", target);
    bar.setAttribute("aria-label", titles[counts]);
    const filled = make("div", "goal-filled");
    filled.style.setProperty("--share", `${Math.min(100, (value / target) * 100)}%`);
    bar.append(filled);
    const figures = make("div", "goal-figures");
    figures.append(make("b", "", number(value)), make("span", "", `/ ${number(target)}`));
    if (value >= target) figures.append(make("span", "goal-done", t("Reached!")));
    made.append(bar, figures);
    return made;
  }

  #hours({ hours, rows }) {
    if (!hours.cells.length) return null;
    const made = this.#titled("is-hours", hours.span === "week" ? t("When you are here") : t("Tonight so far"));
    const grid = make("div", `hours is-${hours.span}`);
    for (const { row, name } of rows) {
      grid.append(make("span", "hours-name", name));
      for (const share of hours.cells[row] ?? []) {
        const cell = make("i", "hour");
        cell.style.setProperty("--share", share);
        grid.append(cell);
      }
    }
    made.append(grid);
    return made;
  }
}
