// The form of a campaign: what its terms come to is said in plain words while they are typed.

import { t, tn, number } from "./words.js";
import { values } from "./forms.js";

const form = document.getElementById("campaign");
const place = (name) => form.querySelector(`[data-example="${name}"]`);

function written(minor) {
  const digits = Number(form.dataset.digits);
  return new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency: form.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(minor / 10 ** digits);
}

/* The rule of earnings for one clip alone, in whole numbers: one rounding, down. */
function earns(views, terms) {
  if (views < (terms.min_views ?? 0)) return 0;
  const worth = Number((BigInt(views) * BigInt(terms.rate_micro ?? 0) * 10n ** BigInt(form.dataset.digits)) / 1000000000n);
  if (worth < (terms.clip_least ?? 0)) return 0;
  return Math.min(worth, terms.clip_most ?? worth);
}

function say(name, words) {
  place(name).textContent = words;
  place(name).hidden = !words;
}

function example() {
  const { terms, budget } = values(form);
  const rate = terms.rate_micro > 0;
  const views = Math.max(Number(form.dataset.views), terms.min_views ?? 0);
  say("clip", rate ? t("A clip with {views} views earns {sum}.", { views: number(views), sum: written(earns(views, terms)) }) : t("Say what 1,000 views are worth, and you see here what a clip earns."));
  const bought = rate && budget ? Number((BigInt(budget) * 1000000000n) / (BigInt(terms.rate_micro) * 10n ** BigInt(form.dataset.digits))) : 0;
  say("pot", bought ? t("The pot of {sum} pays for {views} views.", { sum: written(budget), views: number(bought) }) : "");
  say("least", terms.min_views ? t("Below {views} views a clip earns nothing.", { views: number(terms.min_views) }) : t("Every view counts from the first one on."));
  const most = [terms.clip_most && t("at most {sum} for a clip", { sum: written(terms.clip_most) }), terms.clipper_most && t("at most {sum} for one clipper", { sum: written(terms.clipper_most) })];
  say("most", most.filter(Boolean).join(", "));
  say("hold", terms.hold_days ? tn("What is earned can be paid after {n} day.", "What is earned can be paid after {n} days.", terms.hold_days) : t("What is earned can be paid at once."));
  const binds = form.querySelector("[data-binds]");
  if (binds) binds.hidden = JSON.stringify(terms) === first;
}

const first = JSON.stringify(values(form).terms);
form.addEventListener("input", example);
form.elements.currency?.addEventListener("change", ({ target }) => {
  const digits = target.selectedOptions[0].dataset.digits;
  Object.assign(form.dataset, { currency: target.value, digits });
  const sign = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency: target.value }).formatToParts(0).find(({ type }) => type === "currency").value;
  for (const one of form.querySelectorAll("[data-currency-sign]")) one.textContent = sign;
  for (const field of form.querySelectorAll('[data-factor]:not([data-path="terms.rate_micro"])')) Object.assign(field, { step: 10 ** -digits }).dataset.factor = 10 ** digits;
  example();
});
example();
