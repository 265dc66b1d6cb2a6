// Makes the citizens' forms quicker. It sends the same forms that work without it, and puts the service's own answers into the page.
import './citizen.css';

const TYPED_MS = 500;
const AGAIN_MS = 30_000;

let asked = 0;

/** Asks for the part of the form that depends on the address, and shows it. */
async function find(form: HTMLFormElement) {
  const mine = ++asked;
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') values.append(name, value);
  values.set('find', '1');
  const shown = form.querySelector('#found');
  shown?.classList.add('busy');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: values, credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.querySelector('#found');
    if (mine !== asked || !shown || !found) return;
    const chosen = document.activeElement instanceof HTMLInputElement && shown.contains(document.activeElement) ? document.activeElement : null;
    shown.replaceChildren(...document.importNode(found, true).childNodes);
    if (chosen) shown.querySelector<HTMLInputElement>(`input[name="${chosen.name}"][value="${CSS.escape(chosen.value)}"]`)?.focus();
    const said = form.querySelector('#found-said');
    if (said) said.textContent = page.querySelector('#found-said')?.textContent ?? '';
    pinnable(form);
  } catch {
    // Without an answer the button still sends the form.
  } finally {
    if (mine === asked) shown?.classList.remove('busy');
  }
}

function set(form: HTMLFormElement, name: string, value: string) {
  const input = form.elements.namedItem(name);
  if (input instanceof HTMLInputElement) input.value = value;
}

/** Shows the pin's buttons, which need a script. */
function pinnable(form: HTMLFormElement) {
  const pin = form.querySelector<HTMLElement>('#pin');
  if (!pin) return;
  pin.hidden = false;
  const part = (name: string) => pin.querySelector<HTMLElement>(`[data-pin="${name}"]`);
  const pinAt = (lat: number, lon: number) => {
    set(form, 'lat', lat.toFixed(6));
    set(form, 'lon', lon.toFixed(6));
    void find(form);
  };
  part('off')?.addEventListener('click', () => {
    set(form, 'lat', '');
    set(form, 'lon', '');
    void find(form);
  });
  part('here')?.addEventListener('click', () => {
    const refused = part('refused');
    if (refused) refused.hidden = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => pinAt(coords.latitude, coords.longitude),
      () => refused && (refused.hidden = false),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
  part('open')?.addEventListener('click', async () => {
    const box = pin.querySelector<HTMLElement>('.map');
    const ground = pin.querySelector<HTMLElement>('.ground');
    if (!box || !ground || !box.hidden) return;
    box.hidden = false;
    const commune = form.querySelector<HTMLInputElement>('input[name=commune]:checked');
    const value = (name: string) => new FormData(form).get(name);
    const at = value('lat') ? { lat: Number(value('lat')), lon: Number(value('lon')) } : { lat: Number(commune?.dataset['lat']), lon: Number(commune?.dataset['lon']) };
    const { draw } = await import('./map');
    const centre = draw(ground, at, JSON.parse(box.dataset['marks'] ?? '[]'));
    for (const name of ['how', 'set']) {
      const more = part(name);
      if (more) more.hidden = false;
    }
    part('set')?.addEventListener('click', () => {
      const [lon, lat] = centre();
      pinAt(lat, lon);
    });
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-live]')) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  form.addEventListener('input', (event) => {
    const { name, value } = event.target as HTMLInputElement;
    clearTimeout(timer);
    if (name === 'commune') void find(form);
    if (name === 'address' && value.trim().length >= 5) timer = setTimeout(() => void find(form), TYPED_MS);
  });
  pinnable(form);
}

// A form is sent once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset['sent']) event.preventDefault();
  form.dataset['sent'] = '1';
});
addEventListener('pageshow', () => document.querySelectorAll<HTMLFormElement>('form').forEach((form) => delete form.dataset['sent']));

// The state under a link is asked for again as long as somebody looks at it.
if (document.querySelector('#state')) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.pathname, { credentials: 'same-origin', cache: 'no-store' }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#state');
    const shown = document.querySelector('#state');
    if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...document.importNode(fresh, true).childNodes);
  }, AGAIN_MS);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Offers to tell this browser what happens, where it can be told. */
async function ringing(bell: HTMLElement, address: string) {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return;
  const button = bell.querySelector('button');
  const said = bell.querySelector<HTMLElement>('[data-refused]');
  const answer = await fetch(address, { credentials: 'same-origin', cache: 'no-store' });
  const key: string | null = answer.ok ? (await answer.json()).public_key : null;
  if (!button || !said || !key) return;
  const scope = location.pathname;
  const mine = async () => (await (await navigator.serviceWorker.getRegistration(scope))?.pushManager.getSubscription()) ?? null;
  const show = (on: boolean) => button.setAttribute('aria-pressed', String(on));
  const send = (method: string, body?: object) =>
    fetch(address, { method, credentials: 'same-origin', ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}) });
  show((await mine()) !== null);
  bell.hidden = false;
  button.addEventListener('click', async () => {
    said.textContent = '';
    try {
      const before = await mine();
      if (before) {
        await send('DELETE');
        await before.unsubscribe();
        show(false);
        return;
      }
      await navigator.serviceWorker.register('/citizen-sw.js', { scope, updateViaCache: 'none' });
      const { pushManager } = await navigator.serviceWorker.ready;
      const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
      const { endpoint, keys } = made.toJSON();
      const taken = await send('PUT', { endpoint, p256dh: keys?.['p256dh'], auth: keys?.['auth'] });
      if (!taken.ok) await made.unsubscribe();
      show(taken.ok);
      if (!taken.ok) throw new Error(String(taken.status));
    } catch {
      said.textContent = said.dataset['refused'] ?? '';
    }
  });
}

const bell = document.querySelector<HTMLElement>('#bell');
if (bell?.dataset['push']) void ringing(bell, bell.dataset['push']).catch(() => undefined);
