import '../../shared/theme.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { handheld } from './handheld.svelte';

// The QR code leads to /enrol#CODE; the page that is kept on the device is /courier.
if (location.pathname === '/enrol') location.replace(`/courier#enrol/${location.hash.slice(1)}`);

const target = document.getElementById('app');
if (target) mount(App, { target });
void handheld.start();

if ('serviceWorker' in navigator) {
  const watch = (registration: ServiceWorkerRegistration) => {
    const installed = () => {
      // The first one takes over by itself; a later one waits until somebody agrees.
      if (registration.waiting && navigator.serviceWorker.controller) handheld.newer = registration.waiting;
    };
    installed();
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', installed));
  };
  void navigator.serviceWorker.register('/courier-sw.js', { scope: '/courier', updateViaCache: 'none' }).then(watch).catch(() => undefined);
  void navigator.serviceWorker.ready.then((registration) => setTimeout(() => registration.active?.postMessage('fetch the rest'), 8000));
  let reloaded = false;
  const first = navigator.serviceWorker.controller === null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (first || reloaded) return;
    reloaded = true;
    location.reload();
  });
}
