// Pictures of pages: every one to look at, and the few that the README shows (`make screenshots`).
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const SHOTS = process.env.SHOTS ?? fileURLToPath(new URL('./shots', import.meta.url));
const CHOSEN = ['citizen-where-phone', 'citizen-follow-phone', 'courier-trip-phone', 'courier-scanned-phone', 'dispatch-desktop', 'desk-desktop', 'reports-desktop'];
export const SIZES = { phone: { width: 360, height: 640 }, tablet: { width: 820, height: 1180 }, desktop: { width: 1440, height: 900 } };

/** Takes the page as it stands. */
export async function picture(page, name) {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
  const folder = process.env.SCREENSHOTS;
  if (!folder || !CHOSEN.includes(name)) return;
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  await session.detach();
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

/** Takes it at each size; nothing is wider than the screen. */
export async function pictures(page, name, sizes = Object.keys(SIZES)) {
  for (const size of sizes) {
    await page.setViewportSize(SIZES[size]);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} is not wider than a ${size}`);
    await picture(page, `${name}-${size}`);
  }
  await page.setViewportSize(SIZES.phone);
}
