// Conditions on viewers, put together as sentences, counted while they are written, and kept as a segment under a name.

import { send, toast } from "./toasts.js";
import { t, tn } from "./words.js";
import { addressOf, go, state, suggest } from "./roll.js";

const { fields, ways, tiers, platforms, most } = JSON.parse(document.getElementById("asking").textContent);
const field = (key) => fields.find((one) => one.key === key);
// What the filters above say as conditions.
const SAME = { vip: "tier:any", favorites: "favorite:is:yes", active: "last_seen_days:at_most:30" };
const USUAL = { number: { coins: 1000, watch_hours: 5 }, days: 30 };
const place = (id) => document.getElementById(id);
let timer = 0;
let counted = 0;

function made(tag, fill, ...children) {
  const element = Object.assign(document.createElement(tag), fill);
  element.append(...children);
  return element;
}

const option = ([value, text], now) => made("option", { value, textContent: text, selected: value === now });
const choice = (label, pairs, now) => {
  const select = made("select", { className: "form-select" }, ...pairs.map((pair) => option(pair, now)));
  select.setAttribute("aria-label", label);
  return select;
};

/** Draw one condition as a line of words and fields. */
function line(written) {
  const [key, op, ...rest] = written.split(":");
  const { kind, name, unit } = field(key);
  const value = rest.join(":");
  const item = made("li", { className: "condition" }, made("span", { className: "condition-name", textContent: name }));
  item.dataset.field = key;
  const way = choice(name, ways[kind].map((one) => [one.key, one.name]), kind === "yes_no" ? value || "yes" : op);
  way.dataset.way = "";
  const take = made("button", { type: "button", className: "btn btn-quiet btn-round", innerHTML: '<svg class="icon icon-s" aria-hidden="true"><use href="/static/vendor/icons.svg#x"></use></svg>' });
  take.setAttribute("aria-label", t("Take this condition away"));
  take.dataset.take = "";
  item.append(way, ...valueOf(kind, name, value), ...(unit ? [made("span", { className: "quiet", textContent: unit })] : []), take);
  fit(item);
  return item;
}

function valueOf(kind, name, value) {
  let entry = null;
  if (kind === "number" || kind === "days") entry = made("input", { type: "number", min: 0, step: 1, max: kind === "days" ? 36500 : 1e15, required: true, className: "form-control", value });
  if (kind === "tag") {
    entry = made("input", { type: "text", maxLength: 50, required: true, className: "form-control", value });
    entry.setAttribute("list", "known-tags");
    suggest();
  }
  if (kind === "tier") entry = choice(name, [...new Set([...tiers, ...(value ? [value] : [])])].map((one) => [one, one]), value);
  if (kind === "platform") entry = choice(name, Object.entries(platforms), value);
  if (!entry) return [];
  entry.dataset.value = "";
  entry.setAttribute("aria-label", name);
  return [entry];
}

// "Any tier" asks for no name.
function fit(item) {
  const entry = item.querySelector("[data-value]");
  if (field(item.dataset.field).kind === "tier") entry.hidden = ["any", "none"].includes(item.querySelector("[data-way]").value);
}

/** What a line says, as addresses write it; null while it is not whole. */
function said(item) {
  const { key, kind } = field(item.dataset.field);
  const way = item.querySelector("[data-way]").value;
  if (kind === "yes_no") return `${key}:is:${way}`;
  const entry = item.querySelector("[data-value]");
  if (entry.hidden) return `${key}:${way}`;
  const value = entry.value.trim();
  return value && entry.validity.valid ? `${key}:${way}:${value}` : null;
}

const lines = () => [...place("conditions").querySelectorAll(".condition")];
const written = () => [...new Set(lines().map(said).filter(Boolean))];

function draw() {
  const { where } = state();
  const add = choice(t("Add a condition"), [["", t("Add a condition …")], ...fields.map(({ key, name }) => [key, name])], "");
  add.id = "condition-add";
  place("conditions").replaceChildren(...where.map(line), made("li", {}, add));
  told();
  if (!place("builder").hidden) count();
}

function told() {
  const n = lines().length;
  place("build").setAttribute("aria-expanded", String(!place("builder").hidden));
  place("build").classList.toggle("is-on", n > 0);
  const add = place("condition-add");
  add.parentElement.hidden = n >= most;
  if (place("segment-form")) place("segment-form").hidden = n === 0;
}

async function count() {
  const mine = ++counted;
  const where = written();
  const spot = place("builder-count");
  if (!where.length) {
    spot.textContent = "";
    return;
  }
  const answer = await fetch(`/api/viewer-profiles/count?${new URLSearchParams(where.map((one) => ["where", one]))}`);
  if (mine !== counted || !answer.ok) return;
  const { data } = await answer.json();
  place("builder-count").textContent = data.exact
    ? tn("{n} viewer", "{n} viewers", data.count)
    : tn("at least {n} viewer", "at least {n} viewers", data.count);
}

/** Show who meets what is written now; the address says it. */
function show() {
  told();
  count();
  const { segment, where: before } = state();
  const where = written();
  if (JSON.stringify(where) === JSON.stringify(before)) return;
  const own = segment && JSON.stringify(segment.conditions.map(read)) === JSON.stringify(where.map(parsed).map(read));
  go(addressOf({ filter: null, segment: segment?.id, where: own ? [] : where }), { push: false, keep: ["builder", "list-ways"] }).then(told);
}

/** A condition as the house keeps it. */
function parsed(text) {
  const [key, op, ...rest] = text.split(":");
  const { kind } = field(key);
  const value = rest.join(":");
  const typed = { number: Number(value), days: Number(value), yes_no: value === "yes" }[kind] ?? (rest.length ? value : null);
  return { field: key, op, value: typed };
}
const read = ({ field: key, op, value }) => [key, op, value];

function add(key) {
  const { kind } = field(key);
  const [first] = ways[kind];
  const value = { number: USUAL.number[key] ?? 10, days: USUAL.days, tier: tiers[0], platform: Object.keys(platforms)[0], tag: "", yes_no: "yes" }[kind];
  const { filter } = state();
  if (!lines().length && SAME[filter]) place("condition-add").parentElement.before(line(SAME[filter]));
  const item = line(kind === "yes_no" ? `${key}:is:yes` : `${key}:${first.key}:${value}`);
  place("condition-add").parentElement.before(item);
  place("condition-add").value = "";
  const entry = item.querySelector("[data-value]:not([hidden])") ?? item.querySelector("[data-way]");
  entry.focus();
  entry.select?.();
  show();
}

const list = place("list");
list.addEventListener("change", ({ target }) => {
  if (target.id === "condition-add") return target.value && add(target.value);
  const item = target.closest(".condition");
  if (!item) return;
  fit(item);
  clearTimeout(timer);
  show();
});
list.addEventListener("input", ({ target }) => {
  if (!target.matches(".condition input")) return;
  clearTimeout(timer);
  timer = setTimeout(show, 350);
});
list.addEventListener("click", async ({ target }) => {
  if (target.closest("#build")) {
    place("builder").hidden = !place("builder").hidden;
    told();
    if (!place("builder").hidden) {
      count();
      place("condition-add").focus();
    }
  }
  if (target.closest("[data-take]")) {
    target.closest(".condition").remove();
    place("condition-add").focus();
    show();
  }
  if (target.closest("#segment-new") && place("segment-form").reportValidity()) keep("POST /api/viewer-profiles/segments");
  if (target.closest("#segment-remove")) remove();
});
list.addEventListener("submit", (event) => {
  if (event.target.id !== "segment-form") return;
  event.preventDefault();
  const { segment } = state();
  keep(segment ? `PATCH /api/viewer-profiles/segments/${segment.id}` : "POST /api/viewer-profiles/segments");
});

async function keep(how) {
  const form = place("segment-form");
  const answer = await send(how, { name: form.elements.name.value, conditions: written().map(parsed) }, form);
  if (!answer) return;
  const { data } = await answer.json();
  await go(addressOf({ filter: null, segment: data.id, where: [], search: null }));
  toast(t("Saved."));
}

async function remove() {
  const { segment } = state();
  if (!(await send(`DELETE /api/viewer-profiles/segments/${segment.id}`))) return;
  await go(addressOf({ filter: null, segment: null, where: [], search: null }));
  const { name, conditions } = segment;
  toast(t("The segment is gone; its viewers were not touched."), { undo: async () => {
    const answer = await send("POST /api/viewer-profiles/segments", { name, conditions });
    if (answer) go(addressOf({ filter: null, segment: (await answer.json()).data.id, where: [] }));
  } });
}

document.addEventListener("list", ({ detail }) => { if (!detail.kept.includes("builder")) draw(); });
draw();
