// The wizard: a step is kept before the next one opens, what was typed is saved on the way, and the line's state is shown live.

import { fetchInto } from "./redraw.js";
import { send, toast } from "./toasts.js";
import { t } from "./words.js";
import { values } from "./forms.js";

async function save(form) {
  return Boolean(await send(form.dataset.wizardForm, values(form), form));
}

async function go(button) {
  const form = document.getElementById("wizard-form");
  if (button.dataset.onlyLook === undefined) {
    if (form && !form.querySelector("fieldset[disabled]")) {
      if (!form.reportValidity() || !(await save(form))) return;
    }
    if (!(await send("PUT /api/chats/wizard", { step: Number(button.dataset.wizardNext) }))) return;
  }
  location.assign(`/chats/connect/${button.dataset.wizardNext}`);
}

async function test(button) {
  const place = document.getElementById("wizard-answer");
  button.disabled = true;
  place.textContent = t("Waiting for the test to arrive …");
  const answer = await send(button.dataset.wizardTest);
  button.disabled = false;
  const said = answer && (await answer.json());
  place.textContent = said ? said.summary : "";
  place.dataset.way = said?.way ?? "";
  again();
}

function again() {
  const place = document.getElementById("wizard-health");
  if (place) fetchInto("/chats/connect/health", place);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.wizardNext) go(button);
  else if (button.dataset.wizardTest) test(button);
  else if (button.dataset.wizardDo && (await send(button.dataset.wizardDo))) location.reload();
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-wizard-form]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.stay === undefined) return go(document.querySelector("[data-wizard-next]"));
  if (await save(form)) {
    toast(t("Saved."));
    location.reload();
  }
});

document.addEventListener("live", ({ detail }) => { if (detail.some(({ name }) => name === "chat:line")) again(); });
setInterval(() => { if (!document.hidden) again(); }, 10000);
