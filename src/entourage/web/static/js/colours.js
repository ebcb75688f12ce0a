// The tiers' own colours: fetched anew when the house says that what is shown may have changed.

let times = 0;

document.addEventListener("live:again", () => {
  const old = document.querySelector('link[href^="/tiers.css"]');
  if (!old) return;
  const fresh = old.cloneNode();
  fresh.href = `/tiers.css?${++times}`;
  fresh.addEventListener("load", () => old.remove());
  old.after(fresh);
});
