// The panel of videos: the status is drawn, and a video is picked by its name.
import { answers, begin, faults, language, line, list, sentences, show } from "./sheet.js";

const usd = (amount) => amount.toLocaleString(language, { style: "currency", currency: "USD", maximumFractionDigits: 4 });

function clip(one) {
  const made = document.createElement("li");
  const pick = document.createElement("button");
  pick.type = "button";
  pick.className = "btn-link";
  pick.textContent = one.who;
  pick.title = one.url;
  pick.addEventListener("click", () => {
    document.getElementById("text").value = one.url;
  });
  const side = document.createElement("span");
  side.className = "quiet small";
  const standing = one.standing === "there" ? "" : sentences[`standing:${one.standing}`];
  side.textContent = [standing, one.views.toLocaleString(language)].filter(Boolean).join(" · ");
  made.append(pick, ` ${one.title} · ${sentences[`platform:${one.platform}`]} · ${sentences[`kind:${one.kind}`]}`, side);
  return made;
}

function draw(status) {
  show("many").textContent = status.many.toLocaleString(language);
  show("units").textContent = status.units.toLocaleString(language);
  show("spent").textContent = usd(status.spent);
  faults(status.faults);
  list("videos", status.videos.map(clip));
  list("runs", status.runs.map((one) => line(one.status, one.actor, `${one.items.toLocaleString(language)} · ${usd(one.cost)}`)));
  answers(status.answers);
}

begin(draw, "viral");
