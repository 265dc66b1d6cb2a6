// Sends what waits, in order, in batches, until the service has it on disk. Page and service worker share it.
import { ask, Refusal, Unreachable, type Schemas } from '../../shared/api';
import { database, inState, own, settle, type Device, type KeptScan, type Picture } from './db';

const BATCH = 200;
const PART = 256 * 1024;

export type Sent = 'all' | 'unreachable' | 'later' | 'unknown_device' | 'refused';

/** One sender at a time over all tabs and the service worker: the order of the scans is that of the device. */
async function alone<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  if (!navigator.locks) return work();
  return (await navigator.locks.request('conthoi-outbox', { ifAvailable: true }, async (lock) => (lock ? work() : otherwise))) as T;
}

export function sendWaiting(progress: () => void = () => undefined): Promise<{ sent: Sent; retryAfterS: number | null }> {
  return alone(
    async () => {
      const device = await own<Device>('device');
      if (!device) return { sent: 'unknown_device' as Sent, retryAfterS: null };
      try {
        await sendScans(device, BATCH, progress);
        await sendFacts(device, progress);
        await sendPictures(device, progress);
        return { sent: 'all' as Sent, retryAfterS: null };
      } catch (error) {
        if (error instanceof Refusal) {
          const sent: Sent = error.status === 401 ? 'unknown_device' : error.status >= 500 || error.status === 429 ? 'later' : 'refused';
          return { sent, retryAfterS: error.retryAfterS };
        }
        if (error instanceof Unreachable) return { sent: 'unreachable' as Sent, retryAfterS: null };
        throw error;
      }
    },
    { sent: 'later' as Sent, retryAfterS: null },
  );
}

async function sendScans(device: Device, atMost: number, progress: () => void): Promise<void> {
  for (;;) {
    const batch = await inState('waiting', atMost);
    if (batch.length === 0) return;
    await settle(await offer(device, batch));
    progress();
  }
}

type Settled = { n: number; state: 'kept' | 'refused'; why?: string };

/** Offers scans; where the service cannot read the batch as a whole, the halves of it, so that one bad scan holds up no other. */
async function offer(device: Device, batch: KeptScan[]): Promise<Settled[]> {
  try {
    const body = { scans: batch.map((scan) => scan.body) };
    const answer = await ask<Schemas['ScanResults']>('/v1/scans', { body, token: device.token });
    const byId = new Map(answer.body.results.map((result) => [result.id, result]));
    return batch.map((scan) => {
      const result = byId.get(scan.id);
      if (!result) return { n: scan.n, state: 'refused', why: 'no answer' };
      if (result.result === 'rejected') {
        const why = (result.errors ?? []).map((field) => `${field.pointer ?? ''} ${field.message}`.trim()).join('; ');
        return { n: scan.n, state: 'refused', why };
      }
      // Of `conflict` the service keeps this scan aside and somebody asks: it is there.
      return { n: scan.n, state: 'kept' };
    });
  } catch (error) {
    const unreadable = error instanceof Refusal && [400, 413, 422].includes(error.status);
    if (!unreadable) throw error;
    const [only] = batch;
    if (batch.length === 1 && only) return [{ n: only.n, state: 'refused', why: error.message }];
    const half = batch.length >> 1;
    const first = await offer(device, batch.slice(0, half));
    // What was answered is noted even if the second half does not get through.
    await settle(first);
    return offer(device, batch.slice(half));
  }
}

/** What happened at doors, after the scans that it belongs to. */
async function sendFacts(device: Device, progress: () => void): Promise<void> {
  const db = await database();
  for (const fact of await db.getAllFromIndex('facts', 'state', 'waiting')) {
    try {
      await ask(`/v1/home-deliveries/${fact.home}/facts/${fact.id}`, { method: 'PUT', body: fact.body, token: device.token });
      await db.put('facts', { ...fact, state: 'kept' });
    } catch (error) {
      // One that the service does not take holds up no other.
      if (!(error instanceof Refusal) || ![400, 403, 404, 409, 422].includes(error.status)) throw error;
      await db.put('facts', { ...fact, state: 'refused', why: error.message });
    }
    progress();
  }
}

async function sendPictures(device: Device, progress: () => void): Promise<void> {
  const db = await database();
  for (const picture of await db.getAllFromIndex('pictures', 'state', 'waiting')) {
    const state = await upload(device, picture);
    await db.put('pictures', { ...picture, state });
    progress();
  }
}

async function upload(device: Device, picture: Picture): Promise<Picture['state']> {
  const token = device.token;
  try {
    const begun = await ask<Schemas['UploadResponse']>('/v1/evidence', { body: { sha256: picture.sha256, bytes: picture.blob.size }, token });
    let upload = begun.body;
    while (upload.state !== 'kept') {
      const from = upload.offset ?? 0;
      const part = picture.blob.slice(from, from + PART);
      if (part.size === 0 || !upload.id) return 'refused';
      const headers = { 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' };
      const sent = await ask<Schemas['UploadResponse']>(`/v1/evidence/uploads/${upload.id}`, { method: 'PATCH', bytes: part, headers, token });
      upload = { ...upload, ...sent.body };
    }
    return 'kept';
  } catch (error) {
    // A picture that the service does not take would hold up those after it.
    if (error instanceof Refusal && [400, 413, 415, 422].includes(error.status)) return 'refused';
    throw error;
  }
}
