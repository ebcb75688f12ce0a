// The panel of fans: the status is drawn.
import { answers, begin, faults, language, line, list, sentences, show } from "./sheet.js";

const time = (text) => (text ? new Date(text).toLocaleTimeString(language) : "");

function draw(status) {
  document.getElementById("live").dataset.live = status.connected ? "yes" : "no";
  for (const name of ["creator", "unread", "held"]) show(name).textContent = status[name];
  show("earned").textContent = (status.earned / 100).toLocaleString(language, { style: "currency", currency: "USD" });
  faults(status.faults);
  list("fans", status.fans.map((one) => line(one.who, [one.temper && sentences[`temper:${one.temper}`], one.tongue, one.reachable ? "" : sentences.gone].filter(Boolean).join(" · "), one.unread ? `${one.unread} ${sentences.unread}` : time(one.at))));
  list("lines", status.lines.map((one) => line(one.by === "fan" ? one.who : `→ ${one.who}`, one.text, one.by === "fan" ? "" : sentences[`by:${one.by}`])));
  list("events", status.events.map((one) => line(one.kind, "", one.answers.map((code) => (code === 0 ? sentences.no_answer : code)).join(", "))));
  answers(status.answers);
}

begin(draw, "write");
