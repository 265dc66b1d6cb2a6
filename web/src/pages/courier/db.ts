// What the handheld keeps: who it is, its scans, photos not sent yet, and the days' routes.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { v7 as uuidv7 } from 'uuid';
import type { Schemas } from '../../shared/api';

export type ScanBody = Schemas['ScanBody'];

/** A scan, from the moment it was made. It goes only after the service has it on disk and its day is over. */
export interface KeptScan {
  /** Its place in the order in which this browser made scans, over enrolments too. */
  n: number;
  seq: number;
  id: string;
  /** When it was made, ms. */
  at: number;
  state: 'waiting' | 'kept' | 'refused';
  trip: string;
  /** The stop's place in the route. */
  stop: number;
  body: ScanBody;
  /** Why the service did not take it. */
  why?: string;
}

export interface Device {
  id: string;
  token: string;
  name: string;
}

export interface Item {
  code: string;
  from: string;
  to: string;
}

export interface Stop {
  sequence: number;
  site: { code: string; name: string } | null;
  /** `fee`: what is to be collected, đồng, where that is known. */
  home: { id: string; commune: string; address: string; fee?: number | null } | null;
  arrives_at: string;
  departs_at: string;
  lat: number | null;
  lon: number | null;
  give: Item[];
  take: Item[];
}

export interface Trip {
  id: string;
  kind: 'run' | 'round';
  name: string;
  departs_at: string;
  route: string;
  stops: Stop[];
}

export interface Day {
  date: string;
  revision: number;
  synthetic: boolean;
  fetched_at: number;
  trips: Trip[];
}

/** Codes scanned at a stop that both sides have not agreed on yet. */
export interface Draft {
  key: string;
  trip: string;
  stop: number;
  give: string[];
  take: string[];
}

export interface Picture {
  sha256: string;
  blob: Blob;
  at: number;
  state: 'waiting' | 'kept' | 'refused';
}

/** What happened at a door beside scans, such as money collected. Its id is the same each time it is offered. */
export interface KeptFact {
  id: string;
  home: string;
  at: number;
  state: 'waiting' | 'kept' | 'refused';
  body: Record<string, unknown>;
  why?: string;
}

interface Tables extends DBSchema {
  own: { key: string; value: unknown };
  scans: { key: number; value: KeptScan; indexes: { state: string; trip: string } };
  pictures: { key: string; value: Picture; indexes: { state: string } };
  days: { key: string; value: Day };
  drafts: { key: string; value: Draft };
  facts: { key: string; value: KeptFact; indexes: { state: string } };
}

export type Database = IDBPDatabase<Tables>;

let opened: Promise<Database> | null = null;

export function database(): Promise<Database> {
  opened ??= openDB<Tables>('conthoi-courier', 2, {
    upgrade(db, from) {
      db.createObjectStore('facts', { keyPath: 'id' }).createIndex('state', 'state');
      if (from >= 1) return;
      db.createObjectStore('own');
      const scans = db.createObjectStore('scans', { keyPath: 'n', autoIncrement: true });
      scans.createIndex('state', 'state');
      scans.createIndex('trip', 'trip');
      db.createObjectStore('pictures', { keyPath: 'sha256' }).createIndex('state', 'state');
      db.createObjectStore('days', { keyPath: 'date' });
      db.createObjectStore('drafts', { keyPath: 'key' });
    },
    // A newer version of the page must not wait for this one.
    blocking(_from, _to, event) {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** On the disk, not only on its way there, before anybody hears a beep. */
const ON_DISK = { durability: 'strict' } as const;

export type NewScan = Omit<ScanBody, 'id' | 'device_id' | 'device_seq' | 'device_time'>;

async function number(
  tx: IDBPTransaction<Tables, ['own', 'scans', 'drafts'], 'readwrite'>,
  trip: string,
  stop: number,
  made: NewScan,
): Promise<KeptScan> {
  const device = (await tx.objectStore('own').get('device')) as Device | undefined;
  if (!device) throw new Error('this device is not enrolled');
  const seq = (((await tx.objectStore('own').get('seq')) as number | undefined) ?? 0) + 1;
  const now = Date.now();
  const body = { ...made, id: uuidv7(), device_id: device.id, device_seq: seq, device_time: new Date(now).toISOString() } as ScanBody;
  const scan = { seq, id: body.id, at: now, state: 'waiting', trip, stop, body } as Omit<KeptScan, 'n'>;
  const [, n] = await Promise.all([tx.objectStore('own').put(seq, 'seq'), tx.objectStore('scans').add(scan as KeptScan)]);
  return { ...scan, n };
}

/** Numbers scans and keeps them, all or none; with them the draft goes that they were made of. */
export async function keep(trip: string, stop: number, made: NewScan[], draft?: string): Promise<KeptScan[]> {
  const db = await database();
  const tx = db.transaction(['own', 'scans', 'drafts'], 'readwrite', ON_DISK);
  const scans: KeptScan[] = [];
  for (const one of made) scans.push(await number(tx, trip, stop, one));
  if (draft) await tx.objectStore('drafts').delete(draft);
  await tx.done;
  return scans;
}

/** Keeps what happened at a door until the service has it. */
export async function keepFact(home: string, body: Record<string, unknown>): Promise<void> {
  const now = Date.now();
  const db = await database();
  const tx = db.transaction('facts', 'readwrite', ON_DISK);
  await tx.store.put({ id: uuidv7(), home, at: now, state: 'waiting', body: { ...body, at: new Date(now).toISOString() } });
  await tx.done;
}

export async function saveDraft(draft: Draft): Promise<void> {
  const db = await database();
  const tx = db.transaction('drafts', 'readwrite', ON_DISK);
  await tx.store.put(draft);
  await tx.done;
}

export async function drafts(): Promise<Draft[]> {
  return (await database()).getAll('drafts');
}

export async function scansOf(trip: string): Promise<KeptScan[]> {
  return (await database()).getAllFromIndex('scans', 'trip', trip);
}

export async function inState(state: KeptScan['state'], atMost?: number): Promise<KeptScan[]> {
  return (await database()).getAllFromIndex('scans', 'state', state, atMost);
}

export async function counts(): Promise<{ waiting: number; refused: number; pictures: number }> {
  const db = await database();
  const [waiting, refused, pictures, facts, factsRefused] = await Promise.all([
    db.countFromIndex('scans', 'state', 'waiting'),
    db.countFromIndex('scans', 'state', 'refused'),
    db.countFromIndex('pictures', 'state', 'waiting'),
    db.countFromIndex('facts', 'state', 'waiting'),
    db.countFromIndex('facts', 'state', 'refused'),
  ]);
  return { waiting: waiting + facts, refused: refused + factsRefused, pictures };
}

/** Notes what the service said of scans. */
export async function settle(answers: { n: number; state: 'kept' | 'refused'; why?: string }[]): Promise<void> {
  const db = await database();
  const tx = db.transaction('scans', 'readwrite', ON_DISK);
  for (const { n, state, why } of answers) {
    const scan = await tx.store.get(n);
    if (scan) await tx.store.put(why === undefined ? { ...scan, state } : { ...scan, state, why });
  }
  await tx.done;
}

/** Forgets what the service has, once it is older than `before` (ms), and what is no longer shown. */
export async function tidy(before: number): Promise<void> {
  const db = await database();
  const tx = db.transaction(['scans', 'pictures', 'days', 'facts'], 'readwrite');
  for (let at = await tx.objectStore('facts').index('state').openCursor('kept'); at; at = await at.continue()) {
    if (at.value.at < before) await at.delete();
  }
  for (let at = await tx.objectStore('scans').index('state').openCursor('kept'); at; at = await at.continue()) {
    if (at.value.at < before) await at.delete();
  }
  for (let at = await tx.objectStore('pictures').index('state').openCursor('kept'); at; at = await at.continue()) await at.delete();
  for (let at = await tx.objectStore('days').openCursor(); at; at = await at.continue()) {
    if (at.value.fetched_at < before) await at.delete();
  }
  await tx.done;
}

export async function own<T>(key: string): Promise<T | undefined> {
  return (await (await database()).get('own', key)) as T | undefined;
}

export async function setOwn(key: string, value: unknown): Promise<void> {
  await (await database()).put('own', value, key);
}

/** Becomes a device. What an earlier enrolment left waiting cannot be sent in the new one's name: it stays here, to be taken out. */
export async function become(device: Device): Promise<void> {
  const db = await database();
  const tx = db.transaction(['own', 'scans', 'drafts', 'days'], 'readwrite', ON_DISK);
  for (let at = await tx.objectStore('scans').index('state').openCursor('waiting'); at; at = await at.continue()) {
    await at.update({ ...at.value, state: 'refused', why: 'made under an earlier enrolment of this device' });
  }
  await Promise.all([
    tx.objectStore('drafts').clear(),
    tx.objectStore('days').clear(),
    tx.objectStore('own').put(device, 'device'),
    tx.objectStore('own').put(0, 'seq'),
  ]);
  await tx.done;
}
