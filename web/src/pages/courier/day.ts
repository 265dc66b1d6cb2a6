// The routes of a day, kept so that they are there without a network.
import { get, type Schemas } from '../../shared/api';
import { database, type Day, type Item, type Stop, type Trip } from './db';

type Plan = Schemas['PlanResponse'];
type Manifest = Schemas['Manifest'];
type Feature = { geometry: { type: string; coordinates: [number, number] } | null; properties: { kind: string; route_id: string; sequence?: number } };

interface Place {
  type: string;
  code?: string;
  name?: string;
  home_delivery_id?: string;
  commune?: string | null;
}

function nameOf(place: Place | null | undefined): string {
  return place?.name ?? place?.commune ?? '';
}

function itemOf(item: Schemas['ManifestItem']): Item[] {
  return item.code ? [{ code: item.code, from: nameOf(item.from as Place | null), to: nameOf(item.to as Place | null) }] : [];
}

function stopOf(stop: Schemas['ManifestStop'], at: [number, number] | undefined): Stop {
  const place = stop.place as unknown as Place;
  const home = place.home_delivery_id;
  return {
    sequence: stop.sequence,
    site: home ? null : { code: place.code ?? '', name: place.name ?? '' },
    home: home ? { id: home, commune: place.commune ?? '', address: stop.address ?? '' } : null,
    arrives_at: stop.arrives_at,
    departs_at: stop.departs_at,
    lat: at?.[1] ?? null,
    lon: at?.[0] ?? null,
    give: stop.unload.flatMap(itemOf),
    take: stop.load.flatMap(itemOf),
  };
}

async function tripsOf(carrier: { id: string; name: string; kind: Trip['kind'] }, mine: string, points: Map<string, [number, number]>, token: string): Promise<Trip[]> {
  const manifest = await get<Manifest>(`/v1/${carrier.kind}s/${carrier.id}/manifest`, token);
  return manifest.routes
    .filter((route) => route.route.courier.code === mine)
    .map((route) => ({
      id: carrier.id,
      kind: carrier.kind,
      name: carrier.name,
      departs_at: route.route.departs_at ?? route.stops[0]?.departs_at ?? '',
      route: route.route.id,
      stops: route.stops.map((stop) => stopOf(stop, points.get(`${route.route.id}/${stop.sequence}`))),
    }));
}

/** The days that have a plan, the latest last. */
export async function plannedDays(token: string): Promise<string[]> {
  const list = await get<Schemas['PlanList']>('/v1/plans?limit=1000', token);
  return list.plans.map((plan) => plan.date).sort();
}

/** Fetches what one courier has to do on a day, and keeps it. */
export async function fetchDay(date: string, mine: string, token: string): Promise<Day> {
  const plan = await get<Plan>(`/v1/plans/${date}`, token);
  const map = await get<{ features: Feature[] }>(`/v1/plans/${date}/geojson`, token).catch(() => ({ features: [] }));
  const points = new Map<string, [number, number]>();
  for (const { geometry, properties } of map.features) {
    if (properties.kind === 'stop' && geometry?.type === 'Point') points.set(`${properties.route_id}/${properties.sequence}`, geometry.coordinates);
  }
  const runs = plan.runs.filter((run) => run.routes.some((route) => route.courier.code === mine));
  const rounds = plan.rounds.filter((round) => round.route.courier.code === mine);
  const trips = [
    ...(await Promise.all(runs.map((run) => tripsOf({ id: run.id, name: run.name, kind: 'run' }, mine, points, token)))),
    ...(await Promise.all(rounds.map((round) => tripsOf({ id: round.id, name: round.half_day, kind: 'round' }, mine, points, token)))),
  ].flat();
  // The fee alone is kept of a home delivery: nothing personal stays on the device.
  const homes = trips.flatMap((trip) => trip.stops).flatMap((stop) => (stop.home ? [stop.home] : []));
  await Promise.all(
    homes.map(async (home) => {
      home.fee = await get<Schemas['HomeDeliveryResponse']>(`/v1/home-deliveries/${home.id}`, token).then((found) => found.fee_dong, () => null);
    }),
  );
  trips.sort((a, b) => a.departs_at.localeCompare(b.departs_at));
  const day: Day = { date, revision: plan.revision, synthetic: plan.synthetic, fetched_at: Date.now(), trips };
  await (await database()).put('days', day);
  return day;
}

export async function keptDay(date: string): Promise<Day | undefined> {
  return (await database()).get('days', date);
}
