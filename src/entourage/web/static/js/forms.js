// What a form says: a field says with data-path where its value belongs, and with data-kind what it is.

/* What a clock in the creator's zone shows, as a moment; a browser elsewhere says the same. */
function inZone(shown) {
  const zone = document.documentElement.dataset.zone || "UTC";
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const reads = (ms) => {
    const said = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(said.year, said.month - 1, said.day, said.hour, said.minute, said.second);
  };
  const wanted = Date.parse(`${shown}Z`);
  const guess = wanted - (reads(wanted) - wanted);
  return new Date(guess - (reads(guess) - wanted)).toISOString();
}

function worth(field) {
  if (field.dataset.kind === "span") {
    const unit = field.parentElement.querySelector("[data-unit]").value;
    return unit === "" || field.value === "" ? null : Math.round(Number(field.value) * Number(unit));
  }
  if (field.dataset.kind === "number") return field.value === "" ? null : Number(field.value);
  if (field.dataset.kind === "millionths") return field.value === "" ? null : Math.round(Number(field.value) * 1000000);
  if (field.dataset.kind === "scaled") return field.value === "" ? (field.dataset.optional === undefined ? 0 : null) : Math.round(Number(field.value) * Number(field.dataset.factor));
  if (field.dataset.kind === "whole") return Number(field.value);
  if (field.dataset.kind === "moment") {
    if (field.dataset.exact && field.value === field.defaultValue) return field.dataset.exact; // a field shows minutes, what is kept may have seconds
    return field.value === "" ? null : inZone(field.value);
  }
  if (field.dataset.kind === "lines") return field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (field.dataset.kind === "names") return field.value.split(",").map((name) => name.trim()).filter(Boolean);
  return field.type === "checkbox" ? field.checked : field.value;
}

function set(said, path, value) {
  const steps = path.split(".");
  const last = steps.pop();
  let place = said;
  for (const step of steps) place = place[step] ??= {};
  place[last] = value;
}

/** What a form says, as the interface takes it. */
export function values(form) {
  const said = JSON.parse(form.dataset.base ?? "{}");
  const lists = new Map();
  for (const field of form.elements) {
    const { path, kind } = field.dataset;
    if (!path || field.disabled || (field.type === "radio" && !field.checked)) continue;
    if (kind === "pair") {
      const two = lists.get(path)?.at(-1);
      if (two?.length === 1) two.push(field.value.trim());
      else lists.set(path, [...(lists.get(path) ?? []), [field.value.trim()]]);
    } else if (kind !== "list") set(said, path, worth(field));
    else lists.set(path, [...(lists.get(path) ?? []), ...(field.checked ? [field.value] : [])]);
  }
  for (const [path, chosen] of lists) set(said, path, chosen.filter((one) => !Array.isArray(one) || one.some(Boolean)));
  return said;
}
