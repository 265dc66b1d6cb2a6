import { locale, texts } from '../../shared/i18n.svelte';
import en from '../../messages/dispatch.en.json';
import vi from '../../messages/dispatch.vi.json';

export type Key = keyof typeof vi;
export const t = texts(vi, en);

export const sentence = (said: { sentence_vi: string; sentence_en: string }) => (locale.language === 'vi' ? said.sentence_vi : said.sentence_en);
export const word = (text: string) => (text in vi ? t(text as Key) : text);

/** For searching: without case, accents and đ. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/đ/g, 'd').normalize('NFD').replace(/[\u0300-\u036f]/g, '');
}
