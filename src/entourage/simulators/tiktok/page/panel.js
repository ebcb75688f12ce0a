// The panel: what a press came to becomes a line in the log, and the status is drawn.
import { attend } from "./buttons.js";

const prefix = document.body.dataset.prefix;
const words = JSON.parse(document.body.dataset.words);
const t = (text) => words[text] ?? text;
const show = (name) => document.querySelector(`[data-show="${name}"]`);
const clock = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
};

function token() {
  const found = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return found ? decodeURIComponent(found.slice("csrftoken=".length)) : "";
}

function tell(text, wrong = false) {
  const line = document.createElement("li");
  const when = document.createElement("time");
  when.textContent = new Date().toLocaleTimeString(document.documentElement.lang);
  line.append(when, text);
  line.classList.toggle("wrong", wrong);
  const log = document.getElementById("log");
  log.prepend(line);
  while (log.children.length > 100) log.lastChild.remove();
}

function draw(status) {
  show("state").textContent = t(status.state);
  show("state").dataset.state = status.state;
  for (const name of ["listeners", "watching", "speed"]) show(name).textContent = status[name];
  show("script").textContent = t(status.script);
  show("position").textContent = clock(status.position_s);
  const faults = Object.entries(status.faults).map(([door, code]) => `${t(door)} ${code}`);
  show("faults").hidden = faults.length === 0;
  show("faults").textContent = faults.join(", ");
  for (const [name, value] of Object.entries(status.counts)) {
    const cell = document.querySelector(`[data-count="${name}"]`);
    if (cell) cell.textContent = value.toLocaleString(document.documentElement.lang);
  }
}

attend(prefix, {
  token,
  draw,
  done: (said) => tell(said.said),
  refused: (said, status) => tell(said.detail || said.title || `${t("refused")} (${status})`, true),
  lost: (error) => tell(`${t("no answer")}: ${error.message}`, true),
});
