// What all pages of fan chats run: the kill switch, examples of the voice, and a reply on trial.

import "./sure.js";
import { send } from "./toasts.js";
import { number } from "./words.js";
import { values } from "./forms.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-chat-switch]");
  if (button) {
    button.disabled = true;
    if (await send(button.dataset.chatSwitch)) return location.reload();
    button.disabled = false;
  }
  const more = target.closest("[data-add-example]");
  if (more) {
    const place = document.querySelector("[data-examples]");
    place.append(document.querySelector("template[data-example]").content.cloneNode(true));
    place.lastElementChild.querySelector("input").focus();
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-trial]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const place = document.getElementById("try-result");
  button.disabled = true;
  place.setAttribute("aria-busy", "true");
  const answer = await send(`POST ${form.dataset.trial}`, { message: form.elements.message.value, voice: values(document.getElementById("chat-voice")) }, form);
  button.disabled = false;
  place.removeAttribute("aria-busy");
  if (answer) place.innerHTML = await answer.text();
  place.scrollIntoView({ block: "nearest" });
});

// The first message that ever comes turns the welcome into an inbox, also one that came before the line was open.
if (document.querySelector("[data-welcome]")) {
  setInterval(async () => {
    const answer = document.hidden ? null : await fetch("/chats").catch(() => null);
    if (answer?.ok && !(await answer.text()).includes("data-welcome")) location.reload();
  }, 10000);
}
document.addEventListener("live", ({ detail }) => {
  if (document.querySelector("[data-welcome]") && detail.some(({ name }) => name === "chat:message")) location.reload();
});

// What waits, on the tabs.
let counting = 0;
document.addEventListener("live", ({ detail }) => {
  if (counting || !detail.some(({ name }) => name.startsWith("chat:") && name !== "chat:line")) return;
  counting = setTimeout(async () => {
    counting = 0;
    const answer = await fetch("/api/chats/counts").catch(() => null);
    const counts = answer?.ok ? (await answer.json()).data : {};
    for (const place of document.querySelectorAll("[data-tab-count], [data-box-count]")) {
      const many = counts[place.dataset.tabCount ?? place.dataset.boxCount];
      if (many === undefined) continue;
      (place.firstElementChild ?? place).textContent = number(many);
      place.hidden = !many;
    }
  }, 600);
});
