// What a courier does with the page, for the tests.
import { DAY, until } from './world.mjs';

/** Enrols the page's browser as `name` and gives it to a courier; answers with the day's plan on the screen. */
export async function enrol(server, page, courier, name = 'Máy thử', day = DAY) {
  const enrolment = await server.enrolment(name);
  await page.goto(server.base + new URL(enrolment.url).pathname + new URL(enrolment.url).hash);
  await page.getByRole('button', { name: /Tải lại|Reload/ }).waitFor();
  await server.give(name, { courier });
  await page.getByRole('button', { name: /Tải lại|Reload/ }).click();
  await page.locator('#day').selectOption(day);
  await page.getByRole('button', { name: /^(Mở|Open)$/ }).click();
  await page.locator('a.trip').first().waitFor();
}

/** The page is kept on the device and its worker answers for it. */
export async function installed(page) {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.goto(new URL('/courier', page.url()).href);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Types codes as a hardware scanner does, each after the answer to the one before; answers how long each took, ms. */
export function scanAll(page, codes) {
  return page.evaluate(async (codes) => {
    const took = [];
    const shown = () => document.querySelector('[data-outcome] .code')?.textContent;
    for (const code of codes) {
      const began = performance.now();
      await new Promise((resolve, reject) => {
        const watch = new MutationObserver(() => shown() === code && finish());
        const timer = setTimeout(() => finish(new Error(`no answer to ${code}: ${document.querySelector('[data-outcome]')?.textContent}`)), 8000);
        const finish = (error) => {
          clearTimeout(timer);
          watch.disconnect();
          if (error) reject(error);
          else resolve();
        };
        watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        for (const key of [...code, 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      });
      took.push(performance.now() - began);
    }
    return took;
  }, codes);
}

export async function waiting(page) {
  return Number(await page.locator('[data-waiting]').getAttribute('data-waiting'));
}

export async function allSent(page, seconds = 60) {
  await until('everything is sent', async () => (await page.locator('[role=status][data-waiting]').innerText()).match(/Đã gửi hết|All sent/), seconds);
}

/** Everything that the page keeps in a table of its database. */
export function table(page, name) {
  return page.evaluate(
    (name) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('conthoi-courier');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const all = db.transaction(name).objectStore(name).getAll();
          all.onsuccess = () => { db.close(); resolve(all.result); };
          all.onerror = () => reject(all.error);
        };
      }),
    name,
  );
}
