// The answer to a scan that needs no eyes: a tone and a shake for each of four outcomes.
export type Outcome = 'good' | 'known' | 'warn' | 'bad';

const TONES: Record<Outcome, [frequency: number, seconds: number][]> = {
  good: [[1320, 0.09]],
  known: [[880, 0.07], [880, 0.07]],
  warn: [[620, 0.14], [500, 0.18]],
  bad: [[220, 0.35]],
};
const SHAKES: Record<Outcome, number[]> = { good: [40], known: [25, 40, 25], warn: [120, 60, 120], bad: [350] };

let audio: AudioContext | null = null;

/** Browsers let a page sound only after somebody touched it. */
export function wakeSound() {
  if (typeof AudioContext === 'undefined') return;
  audio ??= new AudioContext({ latencyHint: 'interactive' });
  if (audio.state === 'suspended') void audio.resume();
}

export function answer(outcome: Outcome, sound: boolean) {
  navigator.vibrate?.(SHAKES[outcome]);
  if (!sound) return;
  wakeSound();
  if (!audio) return;
  let at = audio.currentTime;
  for (const [frequency, seconds] of TONES[outcome]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = outcome === 'bad' ? 'sawtooth' : 'square';
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.setTargetAtTime(0, at + seconds * 0.7, 0.02);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + 0.04;
  }
}
