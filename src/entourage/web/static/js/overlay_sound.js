// Short tones for alerts, made here: no file to fetch, and none that could be missing.

const NOTES = { gift: [660, 880], follow: [523, 659], tier: [523, 659, 784, 1047], birthday: [392, 523, 659, 784], arrival: [587] };
const STEP_S = 0.11;
let context = null;

/** Play the tones of a kind; `volume` is 0 to 1. Where sound needs a press of a key first, there is none. */
export function chime(kind, volume) {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  if (context.state !== "running") return;
  for (const [place, pitch] of (NOTES[kind] ?? NOTES.gift).entries()) {
    const begin = context.currentTime + place * STEP_S;
    const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(volume * 0.4, begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + STEP_S * 3);
    tone.connect(gain).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + STEP_S * 3);
  }
}
