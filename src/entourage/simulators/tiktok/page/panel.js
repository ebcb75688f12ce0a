// Buttons become presses, answers become lines in the log, and the status is asked for every second.
const prefix = document.body.dataset.prefix;
const words = JSON.parse(document.body.dataset.words);
const t = (text) => words[text] ?? text;
const show = (name) => document.querySelector(`[data-show="${name}"]`);
const clock = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
};

function token() {
  const found = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return found ? decodeURIComponent(found.slice("csrftoken=".length)) : "";
}

function tell(text, wrong = false) {
  const line = document.createElement("li");
  const when = document.createElement("time");
  when.textContent = new Date().toLocaleTimeString(document.documentElement.lang);
  line.append(when, text);
  line.classList.toggle("wrong", wrong);
  const log = document.getElementById("log");
  log.prepend(line);
  while (log.children.length > 100) log.lastChild.remove();
}

function draw(status) {
  show("state").textContent = t(status.state);
  show("state").dataset.state = status.state;
  for (const name of ["listeners", "watching", "speed"]) show(name).textContent = status[name];
  show("script").textContent = t(status.script);
  show("position").textContent = clock(status.position_s);
  const faults = Object.entries(status.faults).map(([door, code]) => `${t(door)} ${code}`);
  show("faults").hidden = faults.length === 0;
  show("faults").textContent = faults.join(", ");
  for (const [name, value] of Object.entries(status.counts)) {
    const cell = document.querySelector(`[data-count="${name}"]`);
    if (cell) cell.textContent = value.toLocaleString(document.documentElement.lang);
  }
}

function composed(button) {
  const press = { act: button.dataset.act };
  for (const name of (button.dataset.with || "").split(" ").filter(Boolean)) {
    const input = document.getElementById(name);
    press[name] = input.type === "number" ? Number(input.value) : input.value;
  }
  return { ...press, ...JSON.parse(button.dataset.set || "{}") };
}

async function press(button) {
  button.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(`${prefix}/act`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "x-csrftoken": token() },
      body: JSON.stringify(composed(button)),
    });
    const said = await reply.json();
    if (reply.ok) {
      tell(said.said);
      draw(said.status);
    } else {
      tell(said.detail || said.title || `${t("refused")} (${reply.status})`, true);
    }
  } catch (error) {
    tell(`${t("no answer")}: ${error.message}`, true);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

async function refresh() {
  try {
    const reply = await fetch(`${prefix}/status`, { headers: { Accept: "application/json" } });
    if (reply.ok) draw(await reply.json());
  } catch {
    // The next tick asks again.
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (button) press(button);
});
document.getElementById("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter") press(document.querySelector('button[data-act="chat"]'));
});
setInterval(() => document.hidden || refresh(), 1000);
refresh();
