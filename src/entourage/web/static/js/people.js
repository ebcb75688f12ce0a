// How a viewer looks when a script draws them: the same face, tier and marks as the server's templates.

const COLOURS = 12;

export const initials = (name) => {
  const words = name.replace(/[_.]/g, " ").split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [[...words[0]][0], [...words.at(-1)][0]] : words.length ? [...words[0]].slice(0, 2) : ["?"];
  return letters.join("").toUpperCase();
};

/** Fill a `.face` element for a viewer. */
export function face(place, { id, name, avatar, online = false }) {
  place.dataset.face = (id * 7) % COLOURS;
  place.textContent = initials(name);
  place.classList.toggle("is-here", online);
  if (!avatar) return;
  const image = new Image();
  image.alt = "";
  image.loading = "lazy";
  image.referrerPolicy = "no-referrer";
  image.src = avatar;
  place.append(image);
}

/** Show or hide a `.tier` element. */
export function tier(place, name) {
  place.hidden = !name;
  place.textContent = name ?? "";
  if (name) place.dataset.tier = name;
  else delete place.dataset.tier;
}

/** Clone the template with this id and hand over its first element and a finder of `[data-x]` parts. */
export function drawn(id) {
  const made = document.getElementById(id).content.firstElementChild.cloneNode(true);
  return [made, (part) => made.querySelector(`[data-${part}]`)];
}
