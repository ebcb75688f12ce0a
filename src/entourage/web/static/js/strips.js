// Rows of tabs that are too long for a phone: the chosen one is in sight, and an edge fades where there is more.

const STRIPS = ".tabs, .ways-nav, .settings-nav";
const SLACK_PX = 4;

function mark(strip) {
  const left = strip.scrollWidth - strip.clientWidth - strip.scrollLeft;
  strip.classList.toggle("has-more", left > SLACK_PX);
  strip.classList.toggle("has-before", strip.scrollLeft > SLACK_PX);
}

function tend() {
  for (const strip of document.querySelectorAll(STRIPS)) {
    if (!strip.dataset.tended) {
      strip.dataset.tended = "yes";
      strip.addEventListener("scroll", () => mark(strip), { passive: true });
      const chosen = strip.querySelector("[aria-current]")?.getBoundingClientRect();
      const seen = strip.getBoundingClientRect();
      if (chosen && strip.scrollWidth > strip.clientWidth) strip.scrollLeft += chosen.left - seen.left - (seen.width - chosen.width) / 2;
    }
    mark(strip);
  }
}

document.body.addEventListener("htmx:afterSwap", tend);
document.addEventListener("drawer", tend);
addEventListener("resize", tend);
tend();
