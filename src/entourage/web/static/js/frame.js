// What every page runs: words, toasts, theme, forms, faces and charts.

import "./words.js";
import "./strips.js";
import { complain, forgive, toast } from "./toasts.js";
import "./theme.js";
import { t } from "./words.js";

document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["x-csrftoken"] = document.querySelector('meta[name="csrf-token"]').content;
});

document.body.addEventListener("htmx:responseError", ({ detail }) => complain(detail.xhr.responseText, detail.elt.closest("form")));
document.body.addEventListener("htmx:sendError", () => toast(t("The house does not answer. Is it still running?"), { bad: true }));
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => forgive(detail.elt.closest("form")));

// A picture whose signed address has expired makes way for the initials below it.
const gone = (image) => image instanceof HTMLImageElement && image.closest(".face") && image.remove();
document.addEventListener("error", ({ target }) => gone(target), true);
for (const image of document.querySelectorAll(".face img")) if (image.complete && !image.naturalWidth) gone(image);

document.addEventListener("click", async ({ target }) => {
  const copy = target.closest("[data-copy]");
  if (!copy) return;
  const field = document.getElementById(copy.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value ?? field.textContent);
    toast(t("Copied."));
  } catch {
    field.select?.(); // no clipboard without https: select it, so that Ctrl-C does it
  }
});

// Charts are heavy and rare: their library comes when there is something to draw.
const charts = () => document.querySelector("[data-heatmap]") && import("./charts.js");
document.body.addEventListener("htmx:afterSwap", charts);
document.addEventListener("drawer", charts);
charts();
