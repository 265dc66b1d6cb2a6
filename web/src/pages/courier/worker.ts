/// <reference lib="webworker" />
// Keeps the courier's page itself on the device, and sends what waits when the browser says that there is a network again.
import { sendWaiting } from './outbox';

declare const self: ServiceWorkerGlobalScope;
declare const VERSION: string;
declare const NEEDED: string[];
declare const LATER: string[];

const CACHE = `courier-${VERSION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(NEEDED.map((url) => new Request(url, { cache: 'reload' })))));
});

self.addEventListener('activate', (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name.startsWith('courier-') && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

async function fromCache(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(name);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && LATER.includes(name)) await cache.put(name, answer.clone());
  return answer;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname === '/courier') event.respondWith(fromCache(event.request, '/courier'));
  else if (NEEDED.includes(url.pathname) || LATER.includes(url.pathname)) event.respondWith(fromCache(event.request, url.pathname));
});

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
  // The camera reader is large: it is fetched when the page has nothing better to do.
  if (event.data === 'fetch the rest') {
    const rest = async () => {
      const cache = await caches.open(CACHE);
      for (const name of LATER) if (!(await cache.match(name))) await cache.add(name).catch(() => undefined);
    };
    event.waitUntil(rest());
  }
});

self.addEventListener('sync', (event) => {
  const { tag, waitUntil } = event as unknown as { tag: string; waitUntil: (work: Promise<unknown>) => void };
  if (tag !== 'outbox') return;
  const send = async () => {
    const { sent } = await sendWaiting();
    // The browser asks again later.
    if (sent !== 'all') throw new Error(sent);
  };
  waitUntil.call(event, send());
});
