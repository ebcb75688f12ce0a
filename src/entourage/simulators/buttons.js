// What the panels of all simulators share: buttons become presses, and the status is asked for every second.

function composed(button) {
  const press = { act: button.dataset.act };
  for (const name of (button.dataset.with || "").split(" ").filter(Boolean)) {
    const input = document.getElementById(name);
    if (input.type === "checkbox") press[name] = input.checked;
    else press[name] = input.type === "number" || "number" in input.dataset ? Number(input.value) : input.value;
  }
  return { ...press, ...JSON.parse(button.dataset.set || "{}") };
}

// `draw` shows a status; `done`, `refused` and `lost` tell what came of a press: its answer, why not, or that none came;
// `enter` is what the Enter key presses in the field of text.
export function attend(prefix, { token, draw, done, refused, lost, enter = "chat" }) {
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
        done(said);
        draw(said.status);
      } else {
        refused(said, reply.status);
      }
    } catch (error) {
      lost(error);
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
    if (event.key === "Enter") press(document.querySelector(`button[data-act="${enter}"]`));
  });
  setInterval(() => document.hidden || refresh(), 1000);
  refresh();
}
