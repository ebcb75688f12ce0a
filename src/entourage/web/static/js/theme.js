// Light or dark, and the language: kept with the person, and in a cookie for the pages before signing in.

import { send } from "./toasts.js";

const root = document.documentElement;

function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=34560000; samesite=lax`;
}

document.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-toggle-theme]")) {
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    keep("theme", theme);
    document.dispatchEvent(new CustomEvent("theme"));
    if (document.body.classList.contains("house")) await send("PATCH /api/me", { theme });
  }
  const language = target.closest("[data-language]")?.dataset.language;
  if (language) {
    keep("language", language);
    if (document.body.classList.contains("house")) await send("PATCH /api/me", { language });
    location.reload();
  }
  for (const open of document.querySelectorAll("details.menu[open]")) {
    if (!open.contains(target)) open.open = false;
  }
});
