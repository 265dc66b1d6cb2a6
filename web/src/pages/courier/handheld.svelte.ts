// The handheld's state: who it is, what it shows, what a scan does.
import { get, Refusal, type Schemas } from '../../shared/api';
import {
  counts, database, drafts, keep, own, saveDraft, scansOf, setOwn, tidy,
  type Day, type Device, type Draft, type KeptScan, type NewScan, type Stop, type Trip,
} from './db';
import { fetchDay, keptDay, plannedDays } from './day';
import { answer, type Outcome } from './feedback';
import { sendWaiting, type Sent } from './outbox';
import { tellPositions } from './positions';
import { codeOf, meaningAt, nextStop, progressOf } from './progress';

export interface Me {
  name: string;
  courier: string | null;
  courierName: string;
}

export type View =
  | { at: 'trips' }
  | { at: 'trip'; trip: string }
  | { at: 'stop'; trip: string; stop: number }
  | { at: 'pouch'; trip: string; stop: number }
  | { at: 'more' };

/** What a scan was answered with; `text` is the key of a message. */
export interface Said {
  outcome: Outcome;
  text: 'given' | 'taken' | 'loaded' | 'known' | 'extra' | 'elsewhere' | 'not_here' | 'no_trip' | 'not_kept' | 'in_pouch' | 'undone';
  code: string;
  place: string;
  /** How long the answer took, ms. */
  took_ms: number;
  n: number;
}

const RETRY_S = [5, 15, 30, 60, 120];
const KEEP_MS = 3 * 24 * 3600 * 1000;

class Handheld {
  ready = $state(false);
  /** An enrolment was begun, though the device may have one. */
  enrolling = $state(location.hash.startsWith('#enrol/'));
  device = $state.raw<Device | null>(null);
  me = $state.raw<Me | null>(null);
  days = $state.raw<string[]>([]);
  day = $state.raw<Day | null>(null);
  view = $state.raw<View>({ at: 'trips' });
  scans = $state.raw<KeptScan[]>([]);
  draft = $state.raw<Draft | null>(null);
  waiting = $state(0);
  refused = $state(0);
  pictures = $state(0);
  network = $state<Sent | 'asking'>('all');
  said = $state.raw<Said | null>(null);
  sound = $state(true);
  /** Whether the courier lets the dispatcher see where they are. */
  located = $state(false);
  #untell: (() => void) | null = null;
  persisted = $state<boolean | null>(null);
  /** A newer version of the page is there. */
  newer = $state.raw<ServiceWorker | null>(null);
  /** Where the view wants scans for itself. */
  reader: ((code: string) => void) | null = null;

  #tries = 0;
  #timer = 0;
  #sending = false;
  #queue: Promise<unknown> = Promise.resolve();
  #saidN = 0;

  trip = $derived.by((): Trip | null => {
    const { view } = this;
    return view.at === 'trips' || view.at === 'more' ? null : (this.day?.trips.find((trip) => trip.id === view.trip) ?? null);
  });

  stop = $derived.by((): Stop | null => {
    const { view } = this;
    return view.at === 'stop' || view.at === 'pouch' ? (this.trip?.stops[view.stop] ?? null) : null;
  });

  progress = $derived.by(() => (this.trip ? progressOf(this.trip, this.scans) : []));

  get today(): string {
    const now = new Date();
    return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
  }

  async start() {
    // What is scanned before this is done waits for it.
    await this.serial(async () => {
      this.device = (await own<Device>('device')) ?? null;
      this.me = (await own<Me>('me')) ?? null;
      this.sound = (await own<boolean>('sound')) ?? true;
      this.locate((await own<boolean>('located')) ?? false);
      this.days = (await own<string[]>('days')) ?? [];
      await this.recount();
      const date = (await own<string>('day')) ?? this.today;
      this.day = (await keptDay(date)) ?? null;
      await this.#follow();
      this.ready = true;
    });
    window.addEventListener('hashchange', () => void this.serial(() => this.#follow()));
    window.addEventListener('online', () => this.send());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.send());
    if (this.device) void this.refresh();
    this.send();
    this.persisted = (await navigator.storage?.persisted?.()) ?? null;
    await tidy(Date.now() - KEEP_MS);
  }

  locate(on: boolean) {
    this.located = on;
    void setOwn('located', on);
    this.#untell?.();
    this.#untell = on && this.device ? tellPositions(this.device.token) : null;
  }

  /** One thing after the other, so that no scan falls between the reading and the writing of another act. */
  serial<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #follow() {
    const [name, trip, stop, pouch] = location.hash.replace(/^#\/?/, '').split('/');
    if (name === 'trip' && trip) {
      const n = stop === undefined ? NaN : Number(stop);
      const known = this.day?.trips.find((one) => one.id === trip);
      if (known) {
        if (this.view.at === 'trips' || this.view.at === 'more' || this.view.trip !== trip || this.scans.length === 0) this.scans = await scansOf(trip);
        const at = Number.isInteger(n) && known.stops[n] ? n : null;
        this.draft = at === null ? null : await this.#draftOf(trip, at);
        this.said = null;
        this.view = at === null ? { at: 'trip', trip } : { at: pouch ? 'pouch' : 'stop', trip, stop: at };
        window.scrollTo(0, 0);
        return;
      }
    }
    this.view = { at: name === 'more' ? 'more' : 'trips' };
    this.draft = null;
  }

  async #draftOf(trip: string, stop: number): Promise<Draft> {
    const key = `${trip}/${stop}`;
    return (await drafts()).find((draft) => draft.key === key) ?? { key, trip, stop, give: [], take: [] };
  }

  go(to: string) {
    location.hash = to;
  }

  async enrolled(device: Device) {
    this.device = device;
    this.day = null;
    await this.refresh();
    this.persisted = (await navigator.storage?.persist?.()) ?? null;
  }

  /** Asks who has the device and what there is to do. Without a network everything stays as it was. */
  async refresh(date?: string) {
    const { device } = this;
    if (!device) return;
    this.network = 'asking';
    try {
      const me = await get<Schemas['MeResponse']>('/v1/me', device.token);
      const party = me.acts_for as unknown as { type: string; code?: string; name?: string } | null | undefined;
      const courier = party?.type === 'courier' ? (party.code ?? null) : null;
      this.me = { name: me.name, courier, courierName: party?.name ?? courier ?? '' };
      await setOwn('me', $state.snapshot(this.me));
      this.days = await plannedDays(device.token);
      await setOwn('days', this.days);
      const wanted = date ?? this.day?.date ?? this.today;
      const planned = this.days.includes(wanted) ? wanted : null;
      if (planned && courier) {
        this.day = await fetchDay(planned, courier, device.token);
        await setOwn('day', planned);
        await this.serial(() => this.#follow());
      } else if (date === undefined) {
        this.day = (await keptDay(wanted)) ?? null;
      }
      this.network = 'all';
    } catch (error) {
      this.network = error instanceof Refusal && error.status === 401 ? 'unknown_device' : 'unreachable';
    }
  }

  async recount() {
    Object.assign(this, await counts());
  }

  /** Sends what waits; again later where that fails. */
  send() {
    clearTimeout(this.#timer);
    if (this.#sending || !this.device) return;
    this.#sending = true;
    const done = async () => {
      try {
        const { sent, retryAfterS } = await sendWaiting(() => void this.recount());
        if (this.waiting > 0 || sent !== 'later') this.network = sent;
        await this.recount();
        this.#sending = false;
        if (sent === 'all' && this.waiting + this.pictures === 0) {
          this.#tries = 0;
          await this.#reread();
          return;
        }
        if (sent === 'unknown_device' || sent === 'refused') return;
        const wait = retryAfterS ?? RETRY_S[Math.min(this.#tries++, RETRY_S.length - 1)] ?? 60;
        this.#timer = window.setTimeout(() => this.send(), sent === 'all' ? 50 : wait * 1000);
      } finally {
        this.#sending = false;
      }
    };
    void done();
    void this.#sendWithoutPage();
  }

  /** Where the browser can, it sends even when the page is closed. */
  async #sendWithoutPage() {
    const registration = await navigator.serviceWorker?.getRegistration('/courier').catch(() => undefined);
    const sync = (registration as unknown as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
    await sync?.register('outbox').catch(() => undefined);
  }

  /** The scans of the trip that is open, with what the service said of them. */
  async #reread() {
    if (this.trip && this.scans.some((scan) => scan.state === 'waiting')) this.scans = await scansOf(this.trip.id);
  }

  #say(outcome: Outcome, text: Said['text'], code: string, began: number, place = '') {
    const took_ms = performance.now() - began;
    answer(outcome, this.sound);
    this.said = { outcome, text, code, place, took_ms, n: ++this.#saidN };
    performance.measure?.('scan', { start: began, end: began + took_ms });
  }

  /** Keeps scans of the open stop; only then anything is answered. */
  async record(made: NewScan[], draft?: string): Promise<KeptScan[]> {
    const { view } = this;
    if (view.at !== 'stop' && view.at !== 'pouch') return [];
    const kept = await keep(view.trip, view.stop, made, draft);
    this.scans = [...this.scans, ...kept];
    if (draft && this.draft?.key === draft) this.draft = { ...this.draft, give: [], take: [] };
    this.waiting += kept.length;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.send(), 400);
    return kept;
  }

  /** What all scans of the open stop have in common. */
  scan(kind: string, codes: string[], more: Partial<NewScan> & { action?: never } = {}, action: Partial<NewScan['action']> = {}): NewScan {
    const { trip, stop, me } = this;
    if (!trip || !stop || !me?.courier) throw new Error('no stop is open');
    const place = stop.site ? { site: stop.site.code } : { home_delivery_id: stop.home?.id ?? '' };
    const party = stop.site && ['give', 'receive', 'hand_back'].includes(kind) ? { counterparty: { site: stop.site.code } } : {};
    const carrier = trip.kind === 'run' ? { run: trip.id } : { round: trip.id };
    return { actor: { courier: me.courier }, action: { kind, ...action }, codes, trip: carrier, place, ...party, ...more };
  }

  /** Reads what a scanner, the camera or a person gave. One after the other: the order on the device is that of the scans. */
  read(text: string) {
    const began = performance.now();
    const code = codeOf(text);
    if (!code) return;
    void this.serial(async () => {
      try {
        await this.#take(code, began);
      } catch (error) {
        console.error(error);
        this.#say('bad', 'not_kept', code, began);
      }
    });
  }

  async #take(code: string, began: number) {
    if (this.reader) {
      this.reader(code);
      this.#say('good', 'in_pouch', code, began);
      return;
    }
    // A scan before a stop was opened is for the next stop of the next trip.
    const trip = this.trip ?? this.nextTrip();
    if (!trip) {
      this.#say('bad', 'no_trip', code, began);
      return;
    }
    if (this.view.at !== 'stop') {
      if (this.scans[0]?.trip !== trip.id) this.scans = await scansOf(trip.id);
      const at = Math.min(nextStop(trip, progressOf(trip, this.scans)), trip.stops.length - 1);
      this.draft = await this.#draftOf(trip.id, at);
      this.view = { at: 'stop', trip: trip.id, stop: at };
      history.pushState(null, '', `#/trip/${trip.id}/${at}`);
    }
    await this.#atStop(code, began);
  }

  async #atStop(code: string, began: number) {
    const { trip, stop, draft } = this;
    if (!trip || !stop || !draft) return;
    const meaning = meaningAt(stop, draft, this.progress[stop.sequence], code);
    if (meaning.kind === 'known') {
      this.#say('known', 'known', meaning.code, began);
      return;
    }
    const same = (other: string) => other.toUpperCase() === code.toUpperCase();
    const elsewhere = trip.stops.find((other) => other !== stop && other.give.some((item) => same(item.code)));
    const where = elsewhere?.site?.name ?? elsewhere?.home?.commune ?? '';
    if (stop.sequence === 0 && stop.site) {
      await this.record([this.scan('receive', [meaning.code])]);
      if (meaning.kind === 'extra') this.#say('warn', 'extra', meaning.code, began);
      else this.#say('good', 'loaded', meaning.code, began, where);
      return;
    }
    if (meaning.kind === 'extra' && (elsewhere || stop.home)) {
      // It is on board and belongs to another stop, or is nothing of this household.
      this.#say('bad', elsewhere ? 'elsewhere' : 'not_here', meaning.code, began, where);
      return;
    }
    const next: Draft =
      meaning.kind === 'give' ? { ...draft, give: [...draft.give, meaning.code] } : { ...draft, take: [...draft.take, meaning.code] };
    await saveDraft(next);
    this.draft = next;
    if (meaning.kind === 'extra') this.#say('warn', 'extra', meaning.code, began);
    else this.#say('good', meaning.kind === 'give' ? 'given' : 'taken', meaning.code, began);
  }

  /** Takes the last scan back: out of the draft, or by a correction where it is recorded already. */
  undo(): Promise<void> {
    return this.serial(() => this.#undo());
  }

  async #undo() {
    const { said, draft } = this;
    const began = performance.now();
    if (!said || !draft || !['given', 'taken', 'loaded', 'extra'].includes(said.text)) return;
    const without = (codes: string[]) => codes.filter((code) => code !== said.code);
    const next = { ...draft, give: without(draft.give), take: without(draft.take) };
    if (next.give.length + next.take.length < draft.give.length + draft.take.length) {
      await saveDraft(next);
      this.draft = next;
    } else {
      const wrong = [...this.scans].reverse().find((scan) => scan.body.action.kind === 'receive' && scan.body.codes.includes(said.code));
      if (!wrong) return;
      const { counterparty: _, ...correction } = this.scan('correct', [said.code], {}, { scan: wrong.id });
      await this.record([correction]);
    }
    this.#say('known', 'undone', said.code, began);
  }

  nextTrip(): Trip | null {
    const trips = this.day?.trips ?? [];
    return trips.length === 1 ? (trips[0] ?? null) : null;
  }

  async setSound(on: boolean) {
    this.sound = on;
    await setOwn('sound', on);
  }

  /** Everything that the service does not have, to be carried to it some other way. */
  async file(): Promise<Blob> {
    const scans = (await (await database()).getAll('scans')).filter((scan) => scan.state !== 'kept');
    return new Blob([JSON.stringify({ scans: scans.map((scan) => scan.body) }, null, 1)], { type: 'application/json' });
  }
}

export const handheld = new Handheld();
