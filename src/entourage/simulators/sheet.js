// What the panels share that show lists: sentences with blanks, lines, the log of presses, and what a press came to.
import { attend } from "./buttons.js";

export const language = document.documentElement.lang;
export const sentences = JSON.parse(document.getElementById("sentences").textContent);
export const show = (name) => document.querySelector(`[data-show="${name}"]`);

export function say(code, values) {
  return sentences[code].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function line(strong, words, quiet) {
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

export function list(name, lines) {
  const place = document.querySelector(`[data-list="${name}"]`);
  if (place.contains(document.activeElement) && document.activeElement !== place) return;
  const none = document.createElement("li");
  none.className = "quiet";
  none.textContent = sentences.none;
  place.replaceChildren(...(lines.length ? lines : [none]));
}

export function answers(given) {
  list("answers", Object.entries(given).map(([code, number]) => line(code === "0" ? sentences.no_answer : code, "", number.toLocaleString(language))));
}

export function faults(found) {
  document.getElementById("faults").hidden = found.length === 0;
  show("faults").textContent = found.join(", ");
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

// `draw` shows a status; `enter` is what the Enter key presses in the field of text.
export function begin(draw, enter) {
  attend(document.getElementById("main").dataset.prefix, {
    draw,
    enter,
    token: () => document.querySelector('meta[name="csrf-token"]').content,
    done: (said) => tell(say(said.code, said.values)),
    refused: (said, status) => tell(`why:${said.code}` in sentences ? say(`why:${said.code}`, said.values) : said.detail || said.title || String(status), true),
    lost: (error) => tell(error.message, true),
  });
}
