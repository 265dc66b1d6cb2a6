// Tells the service where the courier is, if the courier has said yes. What could not be sent is not kept: it would be of no use later.
import { ask } from '../../shared/api';

const EVERY_MS = 60_000;

/** Begins; answers what ends it. */
export function tellPositions(token: string): () => void {
  if (!navigator.geolocation) return () => undefined;
  let last: GeolocationPosition | null = null;
  let sent = 0;
  const watch = navigator.geolocation.watchPosition((position) => (last = position), () => (last = null), { enableHighAccuracy: true, maximumAge: 30_000 });
  const tell = () => {
    if (!last || last.timestamp === sent || !navigator.onLine) return;
    const { latitude, longitude, accuracy } = last.coords;
    sent = last.timestamp;
    const told = { lat: latitude, lon: longitude, accuracy_m: Math.round(accuracy), at: new Date(last.timestamp).toISOString() };
    void ask('/v1/positions', { body: { positions: [told] }, token }).catch(() => undefined);
  };
  const timer = setInterval(tell, EVERY_MS);
  const first = setTimeout(tell, 3000);
  return () => {
    navigator.geolocation.clearWatch(watch);
    clearInterval(timer);
    clearTimeout(first);
  };
}
