// An overlay's line: opened for ever again after 1 to 15 seconds, and the picture asked for again each time it opens.

const LONGEST_MS = 10000; // and half of it more or less, so that not all come at once
const token = location.pathname.split("/").at(-1);
const preview = document.documentElement.dataset.preview;
const languages = JSON.parse(document.getElementById("languages").textContent);
const refused = document.getElementById("refused");

let stage = null;
let language = "";
let wait = 1000;
let again = 0;
const early = [];

const line = window.io("/overlay", {
  path: "/socket.io", transports: ["websocket"], auth: preview ? { preview } : { token },
  reconnectionDelay: 1000, reconnectionDelayMax: LONGEST_MS, randomizationFactor: 0.5,
});

/* The library tries again when the line is lost; when the house hangs up or says no, it does not. */
function tryAgain() {
  clearTimeout(again);
  again = setTimeout(() => line.connect(), wait * (0.5 + Math.random()));
  wait = Math.min(wait * 1.7, LONGEST_MS);
}

/* Which language the overlay speaks is known with its first picture; the words come before the scripts that say them. */
async function begin({ options, zone }) {
  language = options.language;
  const root = document.documentElement;
  root.lang = language === "en" ? "en-GB" : language;
  root.dataset.zone = zone;
  document.getElementById("words").textContent = JSON.stringify(languages[language]);
  const { Stage } = await import("./overlay_stage.js");
  return new Stage(document.getElementById("stage"));
}

async function show(picture, { whole = false } = {}) {
  if (picture.options && language && picture.options.language !== language) return location.reload();
  if (!stage) {
    stage = await begin(picture);
    stage.show(picture, { first: true });
    for (const one of early.splice(0)) stage.show(one, {});
  } else stage.show(picture, { whole });
}

line.on("connect", async () => {
  wait = 1000;
  clearTimeout(again);
  refused.hidden = true;
  let picture;
  try {
    picture = await line.timeout(10000).emitWithAck("overlay:get");
  } catch {
    return line.disconnect().connect(); // asked in vain: a line that does not answer is none
  }
  if (picture.kind) await show(picture, { whole: true });
  document.body.dataset.line = "open";
});
line.on("overlay:picture", (picture) => (stage ? show(picture) : early.push(picture)));
line.on("overlay:rehearsal", (scene) => stage?.rehearse(scene));
line.on("disconnect", (why) => {
  document.body.dataset.line = "lost";
  if (why !== "io server disconnect") return;
  stage?.clear(); // taken back: nothing may stay on the stream
  tryAgain();
});
line.on("connect_error", ({ data }) => {
  document.body.dataset.line = "lost";
  if (line.active) return;
  if (data?.later) return tryAgain(); // it may still be ours: the house is in trouble
  stage?.clear();
  // On a stream nothing is said; who opens the address in a browser reads why it is blank.
  refused.hidden = Boolean(window.obsstudio) || window.parent !== window;
  tryAgain();
});

// A launcher page around this one waits for it.
if (window.parent !== window) window.parent.postMessage("entourage-overlay", "*");
