// A press that cannot be undone asks once more, in its own place.

document.addEventListener("click", (event) => {
  const sure = event.target.closest("[data-sure]");
  if (!sure || sure.dataset.asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  sure.dataset.asked = "yes";
  const before = [...sure.childNodes];
  sure.textContent = sure.dataset.sure;
  setTimeout(() => {
    delete sure.dataset.asked;
    sure.replaceChildren(...before);
  }, 4000);
});
