// What has been done on a trip, as the scans that this device made tell it. Pure.
import type { Draft, Item, KeptScan, Stop, Trip } from './db';

/** What a scanned text says on the barcode: without what scanners add to it. */
export function codeOf(text: string): string {
  return text.replace(/^\][A-Za-z][0-9A-Za-z]/, '').replace(/[\u0000-\u001f\u007f]/g, '').trim();
}

const key = (code: string) => code.toUpperCase();

export interface StopProgress {
  given: Set<string>;
  taken: Set<string>;
  failed: Set<string>;
  /** Both sides have agreed, or what was to be done at a home is done. */
  done: boolean;
}

/** The things in a pouch that was sealed on this device, by the pouch's code. */
export function pouches(scans: KeptScan[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { body } of scans) {
    if (body.action.kind === 'seal' && body.action.pouch) found.set(key(body.action.pouch), body.codes);
    if (body.action.kind === 'open' && body.action.pouch) found.delete(key(body.action.pouch));
  }
  return found;
}

function add(to: Set<string>, codes: string[], inside: Map<string, string[]>) {
  for (const code of codes) {
    to.add(key(code));
    for (const one of inside.get(key(code)) ?? []) to.add(key(one));
  }
}

export function progressOf(trip: Trip, scans: KeptScan[]): StopProgress[] {
  const inside = pouches(scans);
  const stops = trip.stops.map(() => ({ given: new Set<string>(), taken: new Set<string>(), failed: new Set<string>(), done: false }));
  for (const scan of scans) {
    const at = stops[scan.stop];
    if (!at || scan.state === 'refused') continue;
    const { kind } = scan.body.action;
    if (kind === 'load' || kind === 'receive') add(at.taken, scan.body.codes, inside);
    if (kind === 'give' || kind === 'hand_back' || kind === 'deliver') add(at.given, scan.body.codes, inside);
    if (kind === 'attempt_failed') add(at.failed, scan.body.codes, inside);
    if (kind === 'correct') for (const code of scan.body.codes) at.taken.delete(key(code));
    if (kind !== 'correct' && (scan.stop > 0 || kind === 'count')) at.done = true;
  }
  trip.stops.forEach((stop, n) => {
    const at = stops[n];
    // There is nothing to agree on where nothing changes hands.
    if (at && stop.give.length + stop.take.length === 0 && (n > 0 || trip.stops.length > 1)) at.done = at.done || stops.slice(n + 1).some((later) => later.done);
  });
  return stops;
}

/** The stop to go to next; the number of stops when all are done. */
export function nextStop(trip: Trip, progress: StopProgress[]): number {
  const open = trip.stops.findIndex((stop, n) => !progress[n]?.done && stop.give.length + stop.take.length > 0);
  return open < 0 ? trip.stops.length : open;
}

export type Meaning =
  | { kind: 'give' | 'take'; code: string }
  /** It was scanned here before. */
  | { kind: 'known'; code: string }
  /** Nothing in the plan says that it should be here. */
  | { kind: 'extra'; code: string };

/** What a code means at a stop. */
export function meaningAt(stop: Stop, draft: Draft, progress: StopProgress | undefined, text: string): Meaning {
  const code = codeOf(text);
  const has = (codes: Iterable<string>) => [...codes].some((one) => key(one) === key(code));
  const named = (items: Item[]) => items.find((item) => key(item.code) === key(code));
  const done = has(draft.give) || has(draft.take) || progress?.given.has(key(code)) || progress?.taken.has(key(code));
  if (done) return { kind: 'known', code };
  const give = named(stop.give);
  if (give) return { kind: 'give', code: give.code };
  const take = named(stop.take);
  if (take) return { kind: 'take', code: take.code };
  return { kind: 'extra', code };
}

export function missing(items: Item[], found: Iterable<string>): Item[] {
  const there = new Set([...found].map(key));
  return items.filter((item) => !there.has(key(item.code)));
}
