// The panel of a channel: the status is drawn, and its rewards can be chosen.
import { answers, begin, faults, language, line, list, sentences, show } from "./sheet.js";

const time = (text) => new Date(text.replace(/(\.\d{3})\d*/, "$1")).toLocaleTimeString(language);

function draw(status) {
  document.getElementById("live").dataset.live = status.live ? "yes" : "no";
  for (const name of ["channel", "slots", "sockets", "subscriptions"]) show(name).textContent = status[name];
  show("vips").textContent = status.vips.length;
  faults(status.faults);
  list("vips", status.vips.map((one) => line(one)));
  list("redemptions", status.redemptions.map((one) => line(one.who, `${one.title} · ${sentences[`status:${one.status}`]}`, time(one.at))));
  list("badges", status.badges.map((one) => line(`${one.given ? "+" : "−"} ${one.who}`, `${sentences[one.badge]} ${sentences[`by:${one.by}`]}`, time(one.at))));
  list("lines", status.lines.map((one) => line(one.who, one.text)));
  answers(status.answers);
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

begin(draw, "chat");
