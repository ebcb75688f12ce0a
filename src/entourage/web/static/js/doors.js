// The first page asks for a time zone: the browser knows it already.

const zone = document.getElementById("zone");
if (zone && !zone.value) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  zone.value = document.querySelector(`#zones option[value="${CSS.escape(here)}"]`) ? here : "UTC";
}
