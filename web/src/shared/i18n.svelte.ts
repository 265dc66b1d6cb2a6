// The language of the page. Vietnamese unless somebody chose otherwise.
export type Language = 'vi' | 'en';

const KEY = 'conthoi.language';

function chosen(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'vi';
  } catch {
    return 'vi';
  }
}

let language = $state<Language>(chosen());
document.documentElement.lang = chosen();

export const locale = {
  get language(): Language {
    return language;
  },
  choose(next: Language) {
    language = next;
    document.documentElement.lang = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // A browser that keeps nothing shows Vietnamese again next time.
    }
  },
};

type Values = Record<string, string | number>;

/** Looks up texts; `{name}` in a text stands for a value. */
export function texts<T extends Record<string, string>>(vi: T, en: { [K in keyof T]: string }) {
  return (key: keyof T, values: Values = {}): string => {
    const text = (language === 'vi' ? vi : en)[key] ?? String(key);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}

const tag = () => (language === 'vi' ? 'vi-VN' : 'en-GB');

/** A time of day as the centre's clocks show it: the offset in the text counts, not the device's zone. */
export function clock(time: string | null | undefined): string {
  return time ? time.slice(11, 16) : '–';
}

export function day(date: string): string {
  const [y, m, d] = date.split('-').map(Number);
  return new Intl.DateTimeFormat(tag(), { weekday: 'short', day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(Date.UTC(y ?? 0, (m ?? 1) - 1, d ?? 1)),
  );
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

export function moment(time: string | number | Date): string {
  return new Intl.DateTimeFormat(tag(), { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' }).format(new Date(time));
}

export function dong(value: number): string {
  return new Intl.NumberFormat(tag(), { style: 'currency', currency: 'VND', maximumFractionDigits: 0 }).format(value);
}
