// The desk's scans: numbered for this browser, kept in it until the service has them.
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { ask, type Schemas } from '../../shared/api';

type Scan = Schemas['ScanBody'];
export type NewScan = Omit<Scan, 'id' | 'device_id' | 'device_seq' | 'device_time'>;

interface Kept {
  device: string;
  seq: number;
  waiting: Scan[];
}

const KEY = 'conthoi.desk';

/** Each account counts for itself: another clerk's scans at the same browser are another sender's. */
function read(account: string): Kept {
  const text = localStorage.getItem(`${KEY}.${account}`);
  return text ? (JSON.parse(text) as Kept) : { device: uuidv4(), seq: 0, waiting: [] };
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request(KEY, work) as Promise<T>) : work();
}

export function waiting(account: string): number {
  return read(account).waiting.length;
}

/** Keeps a scan, then offers all that wait. Answers the refusal of a scan, if there is one. */
export function record(account: string, made: NewScan | null): Promise<{ id: string | null; why: string | null }> {
  return alone(async () => {
    const kept = read(account);
    let id: string | null = null;
    if (made) {
      id = uuidv7();
      kept.seq += 1;
      kept.waiting.push({ ...made, id, device_id: kept.device, device_seq: kept.seq, device_time: new Date().toISOString() });
      localStorage.setItem(`${KEY}.${account}`, JSON.stringify(kept));
    }
    if (kept.waiting.length === 0) return { id, why: null };
    const answer = await ask<Schemas['ScanResults']>('/v1/scans', { body: { scans: kept.waiting } });
    const refused = answer.body.results.filter((result) => result.result === 'rejected');
    // What the service cannot understand it will not understand later either: a person is told.
    kept.waiting = [];
    localStorage.setItem(`${KEY}.${account}`, JSON.stringify(kept));
    const why = refused.flatMap((result) => result.errors ?? []).map((field) => field.message).join('; ');
    return { id, why: refused.length > 0 ? why || 'rejected' : null };
  });
}
