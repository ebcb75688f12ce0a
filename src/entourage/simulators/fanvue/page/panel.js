// The panel: what a press came to becomes a line in the log, and the status is drawn.
import { attend } from "./buttons.js";

const main = document.getElementById("main");
const prefix = main.dataset.prefix;
const sentences = JSON.parse(document.getElementById("sentences").textContent);
const language = document.documentElement.lang;
const show = (name) => document.querySelector(`[data-show="${name}"]`);
const time = (text) => (text ? new Date(text).toLocaleTimeString(language) : "");

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
  const made = line("", text, new Date().toLocaleTimeString(language));
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
  document.getElementById("live").dataset.live = status.connected ? "yes" : "no";
  for (const name of ["creator", "unread", "held"]) show(name).textContent = status[name];
  show("earned").textContent = (status.earned / 100).toLocaleString(language, { style: "currency", currency: "USD" });
  document.getElementById("faults").hidden = status.faults.length === 0;
  show("faults").textContent = status.faults.join(", ");
  list("fans", status.fans.map((one) => line(one.who, [one.temper && sentences[`temper:${one.temper}`], one.tongue, one.reachable ? "" : sentences.gone].filter(Boolean).join(" · "), one.unread ? `${one.unread} ${sentences.unread}` : time(one.at))));
  list("lines", status.lines.map((one) => line(one.by === "fan" ? one.who : `→ ${one.who}`, one.text, one.by === "fan" ? "" : sentences[`by:${one.by}`])));
  list("events", status.events.map((one) => line(one.kind, "", one.answers.map((code) => (code === 0 ? sentences.no_answer : code)).join(", "))));
  list("answers", Object.entries(status.answers).map(([code, number]) => line(code === "0" ? sentences.no_answer : code, "", number.toLocaleString(language))));
}

attend(prefix, {
  draw,
  enter: "write",
  token: () => document.querySelector('meta[name="csrf-token"]').content,
  done: (said) => tell(say(said.code, said.values)),
  refused: (said, status) => tell(`why:${said.code}` in sentences ? say(`why:${said.code}`, said.values) : said.detail || said.title || String(status), true),
  lost: (error) => tell(error.message, true),
});
