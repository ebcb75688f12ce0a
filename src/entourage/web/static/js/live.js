// The live line: Socket.IO events become events of the document, gathered per frame so that a busy room costs one paint.

import { fetchInto } from "./redraw.js";

const names = [
  "viewer:new", "viewer:updated", "viewer:online", "viewer:offline", "viewer:removed",
  "viewer:vip-promoted", "viewer:vip-set", "viewer:vip-removed", "viewer:tiers", "viewer:birthday", "viewer:birthday-live", "live:feed", "live:totals", "live:state", "overlay:line",
  "vip:granted", "vip:extended", "vip:ended", "vip:refunded", "vip:slots",
  "chat:message", "chat:fan", "chat:reply", "chat:line",
  "clip:updated", "clip:campaign", "clip:money", "clip:counting",
];
let waiting = [];
let planned = false;
let before = false;

function flush() {
  planned = false;
  const batch = waiting;
  waiting = [];
  document.dispatchEvent(new CustomEvent("live", { detail: batch }));
}

function take(name, payload) {
  waiting.push({ name, payload });
  if (waiting.length > 2000) waiting.splice(0, 1000); // a tab in the background gets no frames; the screen asks again
  if (!planned) {
    planned = true;
    requestAnimationFrame(flush);
  }
}

function connect() {
  const socket = window.io({ path: "/socket.io", transports: ["websocket"], reconnectionDelay: 1000, reconnectionDelayMax: 30000, randomizationFactor: 0.5 });
  for (const name of names) socket.on(name, (payload) => take(name, payload));
  socket.on("live:again", () => document.dispatchEvent(new CustomEvent("live:again"))); // the listener was gone, and updates with it
  socket.on("connect", () => {
    document.body.dataset.line = "open";
    document.dispatchEvent(new CustomEvent(before ? "live:again" : "live:open")); // open: what came since the page was written is not known to it
    before = true;
  });
  socket.on("disconnect", () => { document.body.dataset.line = "lost"; });
  socket.on("connect_error", () => { document.body.dataset.line = "lost"; });
}

// A page left in the background and woken again may have missed something.
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (hiddenAt && Date.now() - hiddenAt > 30000) document.dispatchEvent(new CustomEvent("live:again"));
});

let asked = 0;
document.addEventListener("live", ({ detail }) => {
  if (!detail.some(({ name }) => name === "live:state") || Date.now() - asked < 1000) return;
  asked = Date.now();
  setTimeout(() => fetchInto("/chips", "#chips"), 300);
});

const script = document.createElement("script");
script.src = "/static/vendor/socket.io.min.js";
script.onload = connect;
document.head.append(script);
