// Signing in with Twitch: what is ticked goes along, and where Twitch cannot send anybody back, a code is typed.

import { send, toast } from "./toasts.js";
import { t } from "./words.js";

const chosen = (place) => [...place.querySelectorAll("[data-feature]:checked")].map((one) => one.value);

// The link leads to what is ticked at this moment.
document.addEventListener("change", ({ target }) => {
  const place = target.closest("[data-twitch]");
  const link = place?.querySelector("[data-go]");
  if (link) link.href = `${place.dataset.start}?${chosen(place).map((one) => `for=${encodeURIComponent(one)}`).join("&")}`;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-get-code]");
  if (button) invite(button);
});

async function invite(button) {
  const place = button.closest("[data-twitch]");
  button.disabled = true;
  const answer = await send(`POST ${place.dataset.device}`, { features: chosen(place) });
  const code = answer && (await answer.json());
  button.disabled = false;
  if (!code) return;
  if (code.problem) return toast(code.problem, { bad: true });
  const box = place.querySelector("[data-code]");
  const page = box.querySelector("[data-code-page]");
  if (/^https?:/.test(code.url)) page.href = code.url;
  page.textContent = code.url.replace(/^https?:\/\//, "").replace(/\?.*/, "");
  box.querySelector("[data-code-text]").textContent = code.user_code;
  box.hidden = false;
  button.hidden = true;
  await watch(place, box, code);
}

async function watch(place, box, code) {
  const until = Date.now() + code.expires_s * 1000;
  const state = box.querySelector("[data-code-state]");
  while (place.isConnected && Date.now() < until) {
    await new Promise((done) => setTimeout(done, code.interval_s * 1000));
    const answer = await send(`POST ${place.dataset.device}/${code.id}`, null);
    const said = answer && (await answer.json());
    if (!said) return;
    if (said.problem) state.textContent = said.problem;
    if (said.state === "connected") return connected(said.account);
    if (said.state === "refused") return again(place, box);
  }
  if (place.isConnected) again(place, box);
}

function connected(name) {
  toast(t("Connected to Twitch as {name}.", { name }));
  setTimeout(() => location.reload(), 1200);
}

function again(place, box) {
  place.querySelector("[data-get-code]").hidden = false;
  box.querySelector("[data-code-text]").textContent = "";
  box.querySelector("[data-code-page]").textContent = "";
}
