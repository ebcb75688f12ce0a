// Creators side by side: a press or a form says with data-do which route it speaks to; the page is shown anew afterwards.

import "./sure.js";
import { send } from "./toasts.js";

async function speak(place, values, form = null) {
  const button = form?.querySelector("button") ?? place;
  button.disabled = true;
  if (await send(place.dataset.do, values, form)) return location.reload();
  button.disabled = false;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-do]");
  if (button) speak(button, button.dataset.values ? JSON.parse(button.dataset.values) : null);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-do]");
  if (!form) return;
  event.preventDefault();
  speak(form, { name: form.elements.name.value, zone: form.elements.zone.value }, form);
});
