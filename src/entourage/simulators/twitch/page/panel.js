// The panel: what a press came to becomes a line in the log, and the status is drawn.
import { attend } from "./buttons.js";

const main = document.getElementById("main");
const prefix = main.dataset.prefix;
const sentences = JSON.parse(document.getElementById("sentences").textContent);
const show = (name) => document.querySelector(`[data-show="${name}"]`);
const time = (text) => new Date(text.replace(/(\.\d{3})\d*/, "$1")).toLocaleTimeString(document.documentElement.lang);

function token() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

function say(code, values) {
  return sentences[code].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function line(strong, words, quiet) {
  const made = document.createElement("li");
  const bold = document.createElement("b");
  bold.textContent = strong;
  made.append(bold, words ? ` ${words}` : "");
  if (quiet) {
    const side = document.createElement("span");
    side.className = "quiet small";
    side.textContent = quiet;
    made.append(side);
  }
  return made;
}

function tell(text, wrong = false) {
  const made = line("", text, new Date().toLocaleTimeString(document.documentElement.lang));
  made.classList.toggle("wrong", wrong);
  const last = document.getElementById("last");
  last.textContent = text;
  last.classList.toggle("wrong", wrong);
  const log = document.getElementById("log");
  log.prepend(made);
  while (log.children.length > 100) log.lastChild.remove();
}

function list(name, lines) {
  const place = document.querySelector(`[data-list="${name}"]`);
  const none = document.createElement("li");
  none.className = "quiet";
  none.textContent = sentences.none;
  place.replaceChildren(...(lines.length ? lines : [none]));
}

function draw(status) {
  document.getElementById("live").dataset.live = status.live ? "yes" : "no";
  for (const name of ["channel", "slots", "sockets", "subscriptions"]) show(name).textContent = status[name];
  show("vips").textContent = status.vips.length;
  document.getElementById("faults").hidden = status.faults.length === 0;
  show("faults").textContent = status.faults.join(", ");
  list("vips", status.vips.map((one) => line(one)));
  list("redemptions", status.redemptions.map((one) => line(one.who, `${one.title} · ${sentences[`status:${one.status}`]}`, time(one.at))));
  list("badges", status.badges.map((one) => line(`${one.given ? "+" : "−"} ${one.who}`, `${sentences[one.badge]} ${sentences[`by:${one.by}`]}`, time(one.at))));
  list("lines", status.lines.map((one) => line(one.who, one.text)));
  list("answers", Object.entries(status.answers).map(([code, number]) => line(code === "0" ? sentences.no_answer : code, "", number.toLocaleString(document.documentElement.lang))));
  offer(status.rewards);
}

function offer(rewards) {
  const select = document.getElementById("reward");
  const known = [...select.options].slice(1).map((one) => `${one.value}${one.textContent}`).join();
  const made = rewards.map((one) => new Option(`${one.title} · ${one.cost}`, one.id));
  if (known === made.map((one) => `${one.value}${one.textContent}`).join()) return;
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...made);
  select.value = rewards.some((one) => one.id === chosen) ? chosen : "";
}

function refused(said, status) {
  tell(`why:${said.code}` in sentences ? say(`why:${said.code}`, said.values) : said.detail || said.title || String(status), true);
}

attend(prefix, { token, draw, done: (said) => tell(say(said.code, said.values)), refused, lost: (error) => tell(error.message, true) });
