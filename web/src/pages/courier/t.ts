import { texts } from '../../shared/i18n.svelte';
import en from '../../messages/courier.en.json';
import vi from '../../messages/courier.vi.json';
import type { Stop, Trip } from './db';

export const t = texts(vi, en);
export type Key = keyof typeof vi;

export function tripName(trip: Trip): string {
  return trip.kind === 'round' && (trip.name === 'morning' || trip.name === 'afternoon') ? t(trip.name) : trip.name;
}

export function stopName(stop: Stop): string {
  return stop.site?.name ?? stop.home?.address ?? '';
}
