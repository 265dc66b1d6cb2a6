// The map under the pin: loaded when somebody wants it.
import * as maplibre from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

/** Something by which people know where they are. */
interface Mark {
  name: string;
  kind: 'commune' | 'office';
  lat: number;
  lon: number;
}

/** Draws the ground around a point; answers what tells the point under the cross. */
export function draw(box: HTMLElement, at: { lat: number; lon: number }, marks: Mark[]): () => [lon: number, lat: number] {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  maplibre.setWorkerUrl(worker);
  const map = new maplibre.Map({
    container: box,
    attributionControl: false,
    center: [at.lon, at.lat],
    zoom: 13,
    dragRotate: false,
    pitchWithRotate: false,
    style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': dark ? '#1a2422' : '#e7ece4' } }] },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'bottom-right');
  map.addControl(new maplibre.ScaleControl({ unit: 'metric' }), 'bottom-left');
  for (const mark of marks) {
    const label = document.createElement('div');
    label.className = `place ${mark.kind}`;
    label.textContent = mark.name;
    new maplibre.Marker({ element: label, anchor: 'left' }).setLngLat([mark.lon, mark.lat]).addTo(map);
  }
  return () => map.getCenter().toArray();
}
