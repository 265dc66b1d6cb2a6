import type { components } from './schema';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

/** The service answered, and not what was asked for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    readonly retryAfterS: number | null,
  ) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.name = 'Refusal';
  }
}

/** No answer came. */
export class Unreachable extends Error {
  constructor() {
    super('unreachable');
    this.name = 'Unreachable';
  }
}

export interface Ask {
  method?: string;
  body?: unknown;
  /** Sent as they are, in the place of `body`. */
  bytes?: Blob;
  headers?: Record<string, string>;
  /** A device's token; without it the session's cookie counts. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  body: T;
  etag: string | null;
  location: string | null;
  headers: Headers;
}

/** Asks the service. Throws `Refusal` or `Unreachable`. */
export async function ask<T>(path: string, asked: Ask = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: 'application/json', ...asked.headers };
  if (asked.body !== undefined) headers['content-type'] = 'application/json';
  if (asked.token) headers['authorization'] = `Bearer ${asked.token}`;
  let response: Response;
  try {
    response = await fetch(path, {
      method: asked.method ?? (asked.body === undefined ? 'GET' : 'POST'),
      headers,
      body: asked.bytes ?? (asked.body === undefined ? null : JSON.stringify(asked.body)),
      credentials: asked.token ? 'omit' : 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: asked.signal ?? null,
    });
  } catch {
    throw new Unreachable();
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    const after = Number(response.headers.get('retry-after'));
    throw new Refusal(response.status, problem, Number.isFinite(after) && after > 0 ? after : null);
  }
  const json = response.status !== 204 && (response.headers.get('content-type') ?? '').includes('json');
  let body: T;
  try {
    body = (json ? await response.json() : null) as T;
  } catch {
    // The connection broke within the answer.
    throw new Unreachable();
  }
  return { body, etag: response.headers.get('etag'), location: response.headers.get('location'), headers: response.headers };
}

export async function get<T>(path: string, token?: string, signal?: AbortSignal): Promise<T> {
  return (await ask<T>(path, { token, signal })).body;
}

/** Every element of a list that comes in parts. */
export async function all<T>(path: string, pick: (part: Record<string, unknown>) => T[], token?: string): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const url: string = cursor === null ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const part: Record<string, unknown> = await get<Record<string, unknown>>(url, token);
    found.push(...pick(part));
    cursor = (part['next'] as string | null | undefined) ?? null;
  } while (cursor !== null);
  return found;
}

/** What to tell a person of a failure. */
export function told(error: unknown, unreachable: string): string {
  if (error instanceof Refusal) {
    const fields = error.problem?.errors?.map((field) => field.message).filter(Boolean) ?? [];
    return fields.length > 0 ? fields.join('; ') : (error.problem?.detail ?? error.message);
  }
  return error instanceof Unreachable ? unreachable : String(error);
}
